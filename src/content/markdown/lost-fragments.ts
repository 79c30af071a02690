import { nearMissHint } from '../../config/schema-problems.ts'
import type { BodyProblem } from '../types.ts'
import { isOfTheme } from './heading-ids.ts'

/** The links within a document that lead nowhere in it. */
export function lostFragments(
  fragments: readonly { readonly url: string; readonly line: number }[],
  ids: readonly string[],
): readonly BodyProblem[] {
  return fragments.flatMap(({ url, line }) => {
    const id = decoded(url.slice(1))
    if (id === '' || ids.includes(id) || isOfTheme(id)) return []
    const hint = nearMissHint(id, ids)
    const message = `\`${url}\` leads nowhere: nothing on this page has that id.`
    return [{ line, rule: 'links/missing-anchor', message, ...(hint === null ? {} : { hint }), severity: 'warning' }]
  })
}

/** A part of an address as it is meant; one that is badly escaped stands for itself. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
