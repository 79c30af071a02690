import fc from 'fast-check'
import type { Element, Nodes } from 'hast'
import { rehype } from 'rehype'
import { describe, expect, it } from 'vitest'
import { renderVisitorMarkdown } from '../../src/content/markdown/visitor-markdown.ts'
import { ATTACKS } from './attacks.ts'

const html = rehype().data('settings', { fragment: true }).freeze()

const ALLOWED = new Set(['p', 'br', 'em', 'strong', 'del', 'code', 'pre', 'blockquote', 'ul', 'ol', 'li', 'a'])

/** Every element of what a browser would make of the HTML. */
function elementsOf(fragment: string): Element[] {
  const collect = (node: Nodes): Element[] => [
    ...(node.type === 'element' ? [node] : []),
    ...('children' in node ? node.children.flatMap(collect) : []),
  ]
  return collect(html.parse(fragment))
}

function isHarmless(element: Element): boolean {
  if (!ALLOWED.has(element.tagName)) return false
  const { href, rel, ...others } = element.properties
  if (Object.keys(others).length > 0) return false
  return element.tagName !== 'a' || (/^(https?:\/\/|mailto:)/i.test(String(href)) && String(rel) === 'nofollow,ugc,noopener')
}

describe('a visitor’s Markdown', () => {
  it('has emphasis, code, lists, quotes and struck words', () => {
    expect(renderVisitorMarkdown('*a* **b** ~~c~~ `d`\n\n- e\n\n1. f\n\n> g\n\n```js\nh\n```')).toBe(
      '<p><em>a</em> <strong>b</strong> <del>c</del> <code>d</code></p>\n<ul>\n<li>e</li>\n</ul>\n<ol>\n<li>f</li>\n</ol>\n<blockquote>\n<p>g</p>\n</blockquote>\n<pre><code>h\n</code></pre>',
    )
  })

  it('keeps the line breaks a visitor typed', () => {
    expect(renderVisitorMarkdown('a\nb\n\nc')).toBe('<p>a<br>\nb</p>\n<p>c</p>')
  })

  it('makes links of addresses, with no credit to them', () => {
    const rel = 'rel="nofollow ugc noopener"'

    expect(renderVisitorMarkdown('https://a.example [b](http://b.example "t") <mailto:c@d.example>')).toBe(
      `<p><a href="https://a.example" ${rel}>https://a.example</a> <a href="http://b.example" ${rel}>b</a> <a href="mailto:c@d.example" ${rel}>mailto:c@d.example</a></p>`,
    )
  })

  it.each([
    ['raw HTML', '<b>a</b>', '<p>&#x3C;b>a&#x3C;/b></p>'],
    ['blocks of HTML', '<div>\n\na\n\n</div>', '<p>&#x3C;div></p>\n<p>a</p>\n<p>&#x3C;/div></p>'],
    ['headings', '# a', '<p># a</p>'],
    ['underlined headings and rules', 'a\n===\n\n---', '<p>a<br>\n===</p>\n<p>---</p>'],
    ['tables', '|a|\n|-|\n|b|', '<p>|a|<br>\n|-|<br>\n|b|</p>'],
    ['task lists', '- [ ] a', '<ul>\n<li>[ ] a</li>\n</ul>'],
  ])('shows %s as text', (_what, markdown, expected) => {
    expect(renderVisitorMarkdown(markdown)).toBe(expected)
  })

  it('makes a link of an image, which would tell its server about every reader', () => {
    expect(renderVisitorMarkdown('![a](https://b.example/c.png)')).toBe(
      '<p>!<a href="https://b.example/c.png" rel="nofollow ugc noopener">a</a></p>',
    )
  })

  it('leads nowhere within the site: other links are plain words', () => {
    expect(renderVisitorMarkdown('[a](/b) [c](//d.example) [e](#f)')).toBe('<p>a c e</p>')
  })

  it('of nothing is nothing', () => {
    expect(renderVisitorMarkdown(' \n ')).toBe('')
  })
})

describe('an attack', () => {
  it.each(ATTACKS)('comes out harmless: %s', (attack) => {
    const rendered = renderVisitorMarkdown(attack)

    expect(elementsOf(rendered).filter((element) => !isHarmless(element))).toEqual([])
  })

  it('made of any pieces comes out harmless', () => {
    const piece = fc.oneof(
      fc.constantFrom(...ATTACKS),
      fc.constantFrom(
        '[',
        ']',
        '(',
        ')',
        '<',
        '>',
        '"',
        "'",
        '`',
        '*',
        '_',
        '~',
        '!',
        '\n',
        '\\',
        '&',
        '#',
        '|',
        'javascript:',
        'http://',
        '\0',
        '\t',
      ),
      fc.string({ unit: 'binary', maxLength: 8 }),
    )

    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) =>
        elementsOf(renderVisitorMarkdown(pieces.join(''))).every(isHarmless),
      ),
      { numRuns: 1000 },
    )
  })

  it.each([
    ['quotes', '>'.repeat(8000)],
    ['lists', '- '.repeat(4000)],
    ['numbered lists', '1. '.repeat(2600)],
    ['lists by indentation', Array.from({ length: 120 }, (_, at) => `${' '.repeat(at)}- a`).join('\n')],
    ['brackets', '['.repeat(8000)],
    ['links', '[a]('.repeat(2000)],
    ['emphasis', '*a _b '.repeat(1300)],
    ['backticks', Array.from({ length: 120 }, (_, at) => '`'.repeat(at)).join('a')],
    ['tildes', '~~a '.repeat(2000)],
    ['definitions', '[a]: b\n'.repeat(1100)],
    ['addresses', 'http://'.repeat(1100)],
  ])('by thousands of %s takes less than a second', (_what, text) => {
    const start = performance.now()
    renderVisitorMarkdown(text)

    expect(performance.now() - start).toBeLessThan(1000)
  })
})
