import type { Catalogue, PluralForms, SiteView } from 'drowse/theme'

type Count = (count: number) => string

/** The catalogue with its plural forms and places filled in by functions. */
export type Words = Omit<Catalogue, 'minutes' | 'comments' | 'replyTo'> & {
  readonly minutes: Count
  readonly comments: Count
  readonly replyTo: (author: string) => string
}

const known = new WeakMap<Catalogue, Words>()

/** What pages say by themselves, in the page's language. */
export function wordsOf({ words, language }: Pick<SiteView, 'words' | 'language'>): Words {
  const there = known.get(words)
  if (there !== undefined) return there
  const filled: Words = {
    ...words,
    minutes: counted(language, words.minutes),
    comments: counted(language, words.comments),
    replyTo: (author) => words.replyTo.replace('{author}', () => author),
  }
  known.set(words, filled)
  return filled
}

function counted(language: string, forms: PluralForms): Count {
  const rules = new Intl.PluralRules(language)
  const number = new Intl.NumberFormat(language)
  return (count) => `${number.format(count)} ${forms[rules.select(count)] ?? forms.other}`
}
