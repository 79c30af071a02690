import type { Catalogue } from '../views.ts'
import { en } from './en.ts'
import { ru } from './ru.ts'
import { fits, type OwnWords } from './strange-words.ts'

const BUILT_IN: Readonly<Record<string, Catalogue>> = { en, ru }

/** The words of a language. `own` are the site's own by language, as site.yaml has them, checked: they go before the built-in ones. */
export function catalogueOf(own: { readonly [language: string]: OwnWords }, language: string): Catalogue {
  const short = language.toLowerCase().split('-')[0] ?? ''
  return { ...en, ...BUILT_IN[short], ...ownWords(own, short), ...ownWords(own, language) }
}

function ownWords(own: { readonly [language: string]: OwnWords }, language: string): Partial<Catalogue> {
  const given = Object.entries(own).find(([tag]) => tag.toLowerCase() === language.toLowerCase())?.[1] ?? {}
  return Object.fromEntries(Object.entries(given).filter(([key, word]) => fits(key, word))) as Partial<Catalogue>
}
