import { settings } from '../../model/site-tables.ts'
import { defineQuery } from '../../model/table.ts'
import type { Read } from '../../model/types.ts'
import type { Json } from '../../protocol/types.ts'
import type { Catalogue } from '../views.ts'
import { en } from './en.ts'
import { ru } from './ru.ts'
import { fits, type OwnWords } from './strange-words.ts'

const BUILT_IN: Readonly<Record<string, Catalogue>> = { en, ru }

/** The words of a language (`en-GB` → `en`): the site's own before the built-in ones, and English where there are none. */
export const wordsOf = defineQuery<
  string,
  { readonly [Key in keyof Catalogue]: Catalogue[Key] } & { readonly [key: string]: Json }
>('words', (read, language) => wordsIn(read, language) as Catalogue & { readonly [key: string]: Json })

/** The same for a write. */
export function wordsIn(read: Pick<Read, 'row'>, language: string): Catalogue {
  const short = language.toLowerCase().split('-')[0] ?? ''
  const own = read.row(settings, 'words')?.value
  return { ...en, ...BUILT_IN[short], ...ownWords(own, short), ...ownWords(own, language) }
}

function ownWords(own: Json | undefined, language: string): Partial<Catalogue> {
  if (typeof own !== 'object' || own === null || Array.isArray(own)) return {}
  const words = Object.entries(own).find(([tag]) => tag.toLowerCase() === language.toLowerCase())?.[1]
  // Checked with site.yaml: each is a text, or forms.
  const given = (words ?? {}) as OwnWords
  return Object.fromEntries(Object.entries(given).filter(([key, word]) => fits(key, word))) as Partial<Catalogue>
}
