import { readFileSync } from 'node:fs'
import { toHtml } from 'hast-util-to-html'
import { rehype } from 'rehype'
import remarkRehype from 'remark-rehype'
import { unified } from 'unified'
import { describe, expect, it } from 'vitest'
import { remarkParser } from '../../src/content/markdown/parsers/remark.ts'
import { satteriParser } from '../../src/content/markdown/parsers/satteri.ts'
import type { Parser } from '../../src/content/markdown/types.ts'

const file = process.env.DROWSE_GFM_SPEC
if (file === undefined) throw new Error('Set DROWSE_GFM_SPEC to the test/spec.txt of https://github.com/github/cmark-gfm.')

/** Examples of version 0.29 that come out otherwise, by either parser. The list is exact. */
const DIFFERENCES = new Map([
  [610, 'of CommonMark alone: with GFM’s addresses, the one in it is a link'],
  [614, 'of CommonMark alone: with GFM’s addresses, the one in it is a link'],
  [616, 'of CommonMark alone: with GFM’s addresses, the one in it is a link'],
  [619, 'of CommonMark alone: with GFM’s addresses, it is a link'],
  [620, 'of CommonMark alone: with GFM’s addresses, it is a link'],
  [628, 'a bare ftp address is no link'],
  [645, 'CommonMark 0.31 takes HTML’s newer comments'],
  [646, 'CommonMark 0.31 takes HTML’s newer comments'],
  [653, 'raw HTML of the author stays; that of visitors is cleaned more strictly'],
])

/** Tests of checkboxes alone, whose HTML the specification leaves open. */
const OPEN = 'disabled'

const FENCE = '`'.repeat(32)
const EXAMPLE = new RegExp(`^${FENCE} example([^\\n]*)\\n([\\s\\S]*?)^\\.\\n([\\s\\S]*?)^${FENCE}$`, 'gm')
const examples = [...readFileSync(file, 'utf8').replaceAll('→', '\t').matchAll(EXAMPLE)].map(
  ([, extension = '', markdown = '', html = ''], index) => ({ number: index + 1, extension: extension.trim(), markdown, html }),
)

const neutral = unified().use(remarkRehype, { allowDangerousHtml: true }).freeze()
const html = rehype().data('settings', { fragment: true }).freeze()

function htmlOf(markdown: string, parser: Parser): string {
  return normalized(toHtml(neutral.runSync(parser.parse(markdown)), { allowDangerousHtml: true }))
}

function normalized(fragment: string): string {
  return toHtml(html.parse(fragment.trim())).trim()
}

describe('The GFM specification', () => {
  it('has 673 examples, of which 24 are of what it adds to CommonMark', () => {
    expect(examples.length).toBe(673)
    expect(examples.filter(({ extension }) => extension !== '').length).toBe(24)
  })

  it.each([satteriParser, remarkParser])('is kept by $name in all examples but those listed', (parser) => {
    const different = examples
      .filter(({ extension }) => extension !== OPEN)
      .filter(({ markdown, html: said }) => htmlOf(markdown, parser) !== normalized(said))

    expect(different.map(({ number }) => number)).toEqual([...DIFFERENCES.keys()])
  })
})
