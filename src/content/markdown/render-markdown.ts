import { createHash } from 'node:crypto'
import type { Element, Root } from 'hast'
import { toHtml } from 'hast-util-to-html'
import { unified } from 'unified'
import type { Body } from '../types.ts'
import { rehypeAccessibleElements } from './accessible-elements.ts'
import { eachElement } from './each-element.ts'
import { remarkFootnoteNames } from './footnote-names.ts'
import { isHeading, lineOf, rehypeHeadingIds } from './heading-ids.ts'
import { rehypeHeadingLevels } from './heading-levels.ts'
import { countWords, excerptOf, isFootnotes } from './plain-text.ts'
import { rehypeRawHtml } from './raw-html.ts'
import { remarkToHast } from './to-hast.ts'
import type { Parser } from './types.ts'

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
export function renderMarkdown(markdown: string, parser: Parser): Body {
  const tree = pipeline.runSync(parser.parse(markdown))
  return { html: toHtml(tree), headings: headingsOf(tree), words: countWords(tree), excerpt: excerptOf(tree) }
}

/** The key of a body: SHA-256 (hex) over all that its HTML depends on but this code, which is the engine's. */
export function bodyHash(markdown: string, parser: Parser): string {
  return createHash('sha256').update(`${parser.name}\n`).update(markdown).digest('hex')
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
