import { en as sentences } from '../../errors/words/en.ts'
import type { Problem } from '../../protocol/types.ts'
import { en } from './en.ts'

/** Words of the site's own, as site.yaml has them. */
export type OwnWords = { readonly [key: string]: string | { readonly [form: string]: string } }

/** Whether a word of the site's own can stand for the built-in one. Keys that are none of its words are names of taxonomies. */
export function fits(key: string, word: OwnWords[string]): boolean {
  return wantsForms(key) ? typeof word === 'object' && 'other' in word : typeof word === 'string'
}

/** A warning for each word that is left out because it doesn't fit. */
export function strangeWords(words: { readonly [language: string]: OwnWords }): readonly Problem[] {
  return Object.entries(words).flatMap(([language, own]) =>
    Object.entries(own).flatMap(([key, word]) => (fits(key, word) ? [] : [strangeWord(language, key)])),
  )
}

function strangeWord(language: string, key: string): Problem {
  const [wanted, example] = wantsForms(key)
    ? ['forms for a number, `other` among them', `${key}: { one: …, other: … }`]
    : ['one text', `${key}: …`]
  return {
    where: 'site.yaml',
    rule: 'config/invalid-word',
    message: `\`words.${language}.${key}\` should be ${wanted}; the built-in word is used.`,
    hint: `Write it as \`${example}\`.`,
    severity: 'warning',
  }
}

function wantsForms(key: string): boolean {
  return Object.entries({ ...sentences, ...en }).some(([known, word]) => known === key && typeof word === 'object')
}
