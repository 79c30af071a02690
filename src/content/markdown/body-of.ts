import { vocabularyOf } from '../search-words.ts'
import type { Body } from '../types.ts'
import { lostFragments } from './lost-fragments.ts'
import { countWords } from './plain-text.ts'

/** What is known of a text once its HTML is written. */
export interface BodyParts extends Pick<Body, 'html' | 'slots' | 'headings' | 'ids' | 'excerpt' | 'problems'> {
  /** The text without code, formulas and footnote links. */
  readonly prose: string
  /** Links to places within the document. */
  readonly fragments: readonly { readonly url: string; readonly line: number }[]
}

export function bodyOf(parts: BodyParts, { search }: { readonly search: boolean }): Body {
  const { html, slots, headings, ids, prose, excerpt, fragments, problems } = parts
  return {
    html,
    slots,
    headings,
    ids,
    words: countWords(prose),
    excerpt,
    vocabulary: search ? vocabularyOf(prose) : null,
    problems: [...problems, ...lostFragments(fragments, ids)],
  }
}
