import { settings } from '../../model/site-tables.ts'
import { defineQuery } from '../../model/table.ts'
import type { Read } from '../../model/types.ts'
import type { Json } from '../../protocol/types.ts'
import type { Catalogue } from '../views.ts'
import { catalogueOf } from './catalogue.ts'
import type { OwnWords } from './strange-words.ts'

/** The words of a language (`en-GB` → `en`): the site's own before the built-in ones, and English where there are none. */
export const wordsOf = defineQuery<
  string,
  { readonly [Key in keyof Catalogue]: Catalogue[Key] } & { readonly [key: string]: Json }
>('words', (read, language) => wordsIn(read, language) as Catalogue & { readonly [key: string]: Json })

/** The same for a write. */
export function wordsIn(read: Pick<Read, 'row'>, language: string): Catalogue {
  // Checked with site.yaml; nothing where there was none yet.
  const own = (read.row(settings, 'words')?.value ?? {}) as { readonly [language: string]: OwnWords }
  return catalogueOf(own, language)
}
