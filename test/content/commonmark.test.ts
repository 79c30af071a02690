import { tests } from 'commonmark-spec'
import { toHtml } from 'hast-util-to-html'
import { rehype } from 'rehype'
import remarkRehype from 'remark-rehype'
import { unified } from 'unified'
import { describe, expect, it } from 'vitest'
import { remarkParser } from '../../src/content/markdown/parsers/remark.ts'
import { satteriParser } from '../../src/content/markdown/parsers/satteri.ts'
import { renderMarkdown } from '../../src/content/markdown/render-markdown.ts'
import { remarkToHast } from '../../src/content/markdown/to-hast.ts'
import type { Parser } from '../../src/content/markdown/types.ts'
import { GFM_EXAMPLES } from './gfm-examples.ts'
import { by } from './reading.ts'

/** The spec writes tabs as arrows. */
const examples = tests.map((example) => ({
  ...example,
  markdown: example.markdown.replaceAll('→', '\t'),
  html: example.html.replaceAll('→', '\t'),
}))

/** Examples that come out otherwise than CommonMark says, by either parser. The list is exact: a test holds it. */
const DIFFERENCES = new Map([
  [602, 'GFM makes a link of a bare https address'],
  [606, 'GFM makes a link of a bare e-mail address'],
  [608, 'GFM makes a link of a bare https address'],
  [611, 'GFM makes a link of a bare https address'],
  [612, 'GFM makes a link of a bare e-mail address'],
])

const neutral = unified().use(remarkRehype, { allowDangerousHtml: true }).freeze()
const html = rehype().data('settings', { fragment: true }).freeze()

function neutralHtml(markdown: string, parser: Parser): string {
  return toHtml(neutral.runSync(parser.parse(markdown)), { allowDangerousHtml: true })
}

/** One spelling of what a browser would make of it. */
function normalized(fragment: string): string {
  return toHtml(html.parse(fragment.trim())).trim()
}

describe('CommonMark', () => {
  it('has 652 examples', () => {
    expect(examples.length).toBe(652)
  })

  it.each(examples.map((example) => [example.number, example.section, example] as const))(
    'example %i (%s) comes out of the pipeline the same by satteri and by remark-parse',
    (_number, _section, { markdown }) => {
      expect(renderMarkdown(markdown, by(satteriParser))).toEqual(renderMarkdown(markdown, by(remarkParser)))
    },
  )

  it.each([satteriParser, remarkParser])('is kept by $name in all examples but those that GFM changes', (parser) => {
    const different = examples.filter((example) => normalized(neutralHtml(example.markdown, parser)) !== normalized(example.html))

    expect(different.map((example) => example.number)).toEqual([...DIFFERENCES.keys()])
  })
})

describe('The way from Markdown’s tree to HTML’s', () => {
  const footnote = 'A[^1] [b] [c][^2]\n\n[^1]: One [b] [c]\n\n    [c]: /c\n\n[^2]: Two\n\n[b]: /b\n[b]: /other\n'
  const texts = [...examples, ...GFM_EXAMPLES, { markdown: footnote }].map(({ markdown }) => markdown)

  it.each([satteriParser, remarkParser])('is remark-rehype’s, for what $name parses', (parser) => {
    const ours = unified().use(remarkToHast, { allowDangerousHtml: true }).freeze()

    for (const text of texts) expect(ours.runSync(parser.parse(text))).toEqual(neutral.runSync(parser.parse(text)))
  })
})

describe('GitHub Flavored Markdown', () => {
  /** Without what only GitHub's own styles look at, and white space between elements. */
  const bare = (fragment: string) =>
    normalized(fragment.replaceAll(/ class="(?:contains-task-list|task-list-item)"/g, '').replace(/>\n\s*</g, '><'))

  it.each([satteriParser, remarkParser])('is kept by $name', (parser) => {
    const told = GFM_EXAMPLES.flatMap(({ what, markdown, html: said }) => (said === undefined ? [] : [{ what, markdown, said }]))
    const different = told.filter(({ markdown, said }) => bare(neutralHtml(markdown, parser)) !== bare(said))

    expect(told.length).toBeGreaterThan(20)
    expect(different.map(({ what }) => what)).toEqual([])
  })

  it.each(GFM_EXAMPLES.map((example) => [example.what, example.markdown] as const))(
    'has %s that come out the same by satteri and by remark-parse',
    (_what, markdown) => {
      expect(renderMarkdown(markdown, by(satteriParser))).toEqual(renderMarkdown(markdown, by(remarkParser)))
    },
  )
})
