import { createHash } from 'node:crypto'
import type { Element, Root } from 'hast'
import { unified } from 'unified'
import type { Body } from '../types.ts'
import { rehypeAccessibleElements } from './accessible-elements.ts'
import { eachElement } from './each-element.ts'
import { remarkFootnoteNames } from './footnote-names.ts'
import { isHeading, lineOf, rehypeHeadingIds } from './heading-ids.ts'
import { rehypeHeadingLevels } from './heading-levels.ts'
import { highlightBlocks } from './highlight-blocks.ts'
import { lostFragments } from './lost-fragments.ts'
import { countWords, excerptOf, isFootnotes } from './plain-text.ts'
import { rehypeRawHtml } from './raw-html.ts'
import { withoutMarks, writeSlots } from './slots.ts'
import { remarkToHast } from './to-hast.ts'
import type { BodyOptions } from './types.ts'

/** mdast → hast. Parsing is the Parser's part, and writing HTML the last step below. */
const pipeline = unified()
  .use(remarkFootnoteNames)
  .use(remarkToHast, { allowDangerousHtml: true, clobberPrefix: '' })
  .use(rehypeRawHtml)
  .use(rehypeAccessibleElements)
  .use(rehypeHeadingLevels)
  .use(rehypeHeadingIds)
  .freeze()

/** Markdown → its rendered fragment. The author is trusted: raw HTML stays. Throws a RangeError where the nesting is too deep. */
export function renderMarkdown(markdown: string, { parser, highlight, code }: BodyOptions): Body {
  const tree = pipeline.runSync(parser.parse(withoutMarks(markdown)))
  const words = countWords(tree)
  const excerpt = excerptOf(tree)
  const headings = headingsOf(tree)
  if (highlight) highlightBlocks(tree, code)
  const { html, slots, ids, fragments } = writeSlots(tree)
  return { html, slots, headings, ids, words, excerpt, problems: lostFragments(fragments, ids) }
}

/** The key of a body: SHA-256 (hex) over all that its HTML depends on but this code, which is the engine's. */
export function bodyHash(markdown: string, { parser, highlight }: BodyOptions): string {
  return createHash('sha256').update(`${parser.name} ${highlight}\n`).update(markdown).digest('hex')
}

function headingsOf(tree: Root): Body['headings'] {
  const headings: Element[] = []
  eachElement(tree, (node) => {
    if (isFootnotes(node)) return 'skip'
    if (isHeading(node)) headings.push(node)
    return undefined
  })
  return headings.map((node) => ({ depth: Number(node.tagName.slice(1)), id: String(node.properties.id), text: lineOf(node) }))
}
