import { hash } from 'node:crypto'
import type { Element, Root } from 'hast'
import { unified } from 'unified'
import { VFile } from 'vfile'
import { vocabularyOf } from '../search-words.ts'
import type { Body, Directive } from '../types.ts'
import { rehypeAccessibleElements } from './accessible-elements.ts'
import { mayHaveDirectives, takeDirectives } from './directives.ts'
import { eachElement } from './each-element.ts'
import { remarkFootnoteNames } from './footnote-names.ts'
import { type Formula, rehypeFormulas, takeFormulas, writeFormulas } from './formulas.ts'
import { isHeading, lineOf, rehypeHeadingIds } from './heading-ids.ts'
import { rehypeHeadingLevels } from './heading-levels.ts'
import { highlightBlocks } from './highlight-blocks.ts'
import { lostFragments } from './lost-fragments.ts'
import { countWords, excerptOf, isFootnotes, proseOf } from './plain-text.ts'
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
export function renderMarkdown(markdown: string, { parser, highlight, math, search, code }: BodyOptions): Body {
  const clean = withoutMarks(markdown)
  const { text, formulas } = math ? takeFormulas(clean) : { text: clean, formulas: [] }
  const directives = mayHaveDirectives(text)
  const parsed = parser.parse(text, { directives })
  const shortcodes = directives ? takeDirectives(parsed) : []
  const tree = formulas.length === 0 ? pipeline.runSync(parsed) : pipeline.runSync(parsed, new VFile({ data: { formulas } }))
  return writeBody(tree, { shortcodes, formulas, highlight, search, code })
}

/** What a tree does not hold of its document, and how it is written. */
interface WritingParts extends Pick<BodyOptions, 'highlight' | 'search' | 'code'> {
  readonly shortcodes: readonly Directive[]
  readonly formulas: readonly Formula[]
}

/** A finished tree → its fragment. Changes the tree. */
export function writeBody(tree: Root, { shortcodes, formulas, highlight, search, code }: WritingParts): Body {
  const prose = proseOf(tree)
  const words = countWords(prose)
  const vocabulary = search ? vocabularyOf(prose) : null
  const excerpt = excerptOf(tree)
  const headings = headingsOf(tree)
  if (highlight) highlightBlocks(tree, code)
  const written = writeFormulas(formulas)
  const { html, slots, ids, fragments } = writeSlots(tree, { shortcodes, formulas: written.html })
  return {
    html,
    slots,
    headings,
    ids,
    words,
    excerpt,
    vocabulary,
    problems: [...written.problems, ...lostFragments(fragments, ids)],
  }
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
