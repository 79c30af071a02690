import { hash } from 'node:crypto'
import type { Element, Root } from 'hast'
import type { Root as MdastRoot } from 'mdast'
import { unified } from 'unified'
import { VFile } from 'vfile'
import type { Body, Directive } from '../types.ts'
import { rehypeAccessibleElements } from './accessible-elements.ts'
import { bodyOf } from './body-of.ts'
import { mayHaveDirectives, takeDirectives } from './directives.ts'
import { eachElement } from './each-element.ts'
import { remarkFootnoteNames } from './footnote-names.ts'
import { type Formula, rehypeFormulas, takeFormulas, writeFormulas } from './formulas.ts'
import { isHeading, lineOf, rehypeHeadingIds } from './heading-ids.ts'
import { rehypeHeadingLevels } from './heading-levels.ts'
import { highlightBlocks } from './highlight-blocks.ts'
import { renderPlain } from './plain/render-plain.ts'
import { excerptOf, isFootnotes, proseOf } from './plain-text.ts'
import { rehypeRawHtml } from './raw-html.ts'
import { withoutMarks, writeSlots } from './slots.ts'
import { remarkToHast } from './to-hast.ts'
import type { BodyOptions } from './types.ts'

/** mdast → hast. Parsing is the Parser's part, and writing HTML the last step below. */
const pipeline = unified()
  .use(remarkFootnoteNames)
  .use(remarkToHast, { allowDangerousHtml: true, clobberPrefix: '' })
  .use(rehypeRawHtml)
  .use(rehypeFormulas)
  .use(rehypeAccessibleElements)
  .use(rehypeHeadingLevels)
  .use(rehypeHeadingIds)
  .freeze()

/** Markdown → its rendered fragment. The author is trusted: raw HTML stays. Throws a RangeError where the nesting is too deep. */
export function renderMarkdown(markdown: string, options: BodyOptions): Body {
  const clean = withoutMarks(markdown)
  const { text, formulas } = options.math ? takeFormulas(clean) : { text: clean, formulas: [] }
  const directives = mayHaveDirectives(text)
  const parsed = options.parser.parse(text, { directives })
  const shortcodes = directives ? takeDirectives(parsed) : []
  const plain = shortcodes.length > 0 || formulas.length > 0 ? null : renderPlain(parsed, options)
  return plain ?? renderByHast(parsed, { ...options, shortcodes, formulas })
}

/** The body of any text, by a tree of its HTML. Changes the tree. */
export function renderByHast(parsed: MdastRoot, parts: WritingParts): Body {
  const { formulas } = parts
  const tree = formulas.length === 0 ? pipeline.runSync(parsed) : pipeline.runSync(parsed, new VFile({ data: { formulas } }))
  return writeBody(tree, parts)
}

/** What a tree does not hold of its document, and how it is written. */
interface WritingParts extends Pick<BodyOptions, 'highlight' | 'search' | 'code'> {
  readonly shortcodes: readonly Directive[]
  readonly formulas: readonly Formula[]
}

/** A finished tree → its fragment. Changes the tree. */
export function writeBody(tree: Root, { shortcodes, formulas, highlight, search, code }: WritingParts): Body {
  const prose = proseOf(tree)
  const excerpt = excerptOf(tree)
  const headings = headingsOf(tree)
  if (highlight) highlightBlocks(tree, code)
  const written = writeFormulas(formulas)
  const { html, slots, ids, fragments } = writeSlots(tree, { shortcodes, formulas: written.html })
  return bodyOf({ html, slots, headings, ids, prose, excerpt, fragments, problems: written.problems }, { search })
}

/** The key of a body: SHA-256 (hex) over all that its HTML depends on but this code, which is the engine's. */
export function bodyHash(markdown: string, { parser, highlight, math, search }: BodyOptions): string {
  return hash('sha256', `${parser.name} ${highlight} ${math} ${search}\n${markdown}`)
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
