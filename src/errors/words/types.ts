import type { en } from './en.ts'

/** The forms of a sentence for its `count`, by Unicode's plural rules; `other` is for those that are not given. */
export type Forms = Readonly<Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string }>

export type SentenceKey = keyof typeof en

/** All sentences of a language. */
export type Sentences = { readonly [Key in SentenceKey]: (typeof en)[Key] extends string ? string : Forms }

export type Values = { readonly [name: string]: string | number }

/** A sentence for people, before it is known in which language they read it. Another version's keys may be others. */
export interface Saying {
  readonly key: string
  readonly values?: Values
}

/** Words of the site's own by language, as site.yaml has them. */
export type OwnWords = {
  readonly [language: string]: { readonly [key: string]: string | { readonly [form: string]: string } }
}

/** The language that a visitor is spoken to in. */
export interface Speech {
  /** The tag of the page's language. */
  readonly language: string
  readonly own: OwnWords
  /** The language that the sentences come out in: English where `language` is not spoken. */
  readonly spoken: string
  say(key: SentenceKey, values?: Values): string
  /** A sentence by its saying, or what else is there to be told: the English words, with the code that stands for them in other languages. */
  tell(saying: Saying | undefined, english: string, code?: string): string
}
