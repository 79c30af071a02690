import type { Speech } from '../errors/words/types.ts'
import type { Catalogue } from '../render/views.ts'
import { catalogueOf } from '../render/words/catalogue.ts'
import { escapeXml } from '../render/xml.ts'

/** The words that a theme's form has, for the form that is shown again: safe HTML. */
export function labelsIn({ language, own }: Speech): { readonly [Key in keyof Catalogue]: string } {
  const words = Object.entries(catalogueOf(own, language))
  return Object.fromEntries(words.map(([key, word]) => [key, escapeXml(typeof word === 'string' ? word : word.other)])) as {
    readonly [Key in keyof Catalogue]: string
  }
}
