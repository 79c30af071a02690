import type { Root } from 'mdast'
import type { Body } from '../../types.ts'
import { bodyOf } from '../body-of.ts'
import { firstWords } from '../plain-text.ts'
import type { BodyOptions } from '../types.ts'
import { isOutside, writeBlock } from './blocks.ts'
import { definitionsOf } from './definitions.ts'
import { type Draft, lineEnd, newDraft } from './draft.ts'
import { writeFootnotes } from './footnotes.ts'

/**
 * The body of a plain text, written straight from the parser's tree in one pass; null for any other text. Changes nothing of the tree.
 *
 * There are two ways from a tree to a body, and this one is a shortcut: for texts that both can take it gives what the other gives, byte for byte, which a test
 * holds them to. The other goes by a tree of HTML, which plugins, shortcodes, formulas and the authors' own HTML need. Nine posts of ten have none of them, and
 * to make that tree, walk it ten times and throw it away took most of the time that they took. What is rare is left to the other way even where it could be done
 * here, so that this one stays short.
 */
export function renderPlain(tree: Root, options: Pick<BodyOptions, 'highlight' | 'search' | 'code'>): Body | null {
  const definitions = definitionsOf(tree.children)
  if (definitions === null) return null
  const draft = newDraft(definitions, options)
  const opening = writeRoot(draft, tree)
  if (draft.isPlain) writeFootnotes(draft)
  if (!draft.isPlain || hasIdTwice(draft) || linksToRenamed(draft)) return null
  const { html, slots, headings, ids, prose, fragments } = draft
  const excerpt = firstWords(opening.values().map(([start, end]) => prose.slice(start, end)))
  return bodyOf({ html, slots, headings, ids, prose, excerpt, fragments, problems: [] }, options)
}

/** Returns where in the prose an excerpt may be taken from. Stops at what is not plain. */
function writeRoot(draft: Draft, { children }: Root): readonly (readonly [start: number, end: number])[] {
  const opening: [start: number, end: number][] = []
  let isFirst = true
  for (const node of children) {
    if (isOutside(draft, node)) continue
    if (!isFirst) lineEnd(draft)
    isFirst = false
    const start = draft.prose.length
    writeBlock(draft, node)
    if (!draft.isPlain) break
    if (node.type !== 'heading' && node.type !== 'table') opening.push([start, draft.prose.length])
  }
  return opening
}

/** A heading has an id that footnotes need: one that could not be known before it was written. */
function hasIdTwice({ ids }: Draft): boolean {
  return new Set(ids).size !== ids.length
}

/** A link is to follow a heading whose id is not GitHub's. */
function linksToRenamed({ fragments, headingIds }: Draft): boolean {
  return fragments.some(({ url }) => headingIds.renamed.has(url))
}
