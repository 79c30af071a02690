import { HtmlValidate } from 'html-validate'
import { describe, expect, it } from 'vitest'
import { remarkParser } from '../../src/content/markdown/parsers/remark.ts'
import { satteriParser } from '../../src/content/markdown/parsers/satteri.ts'
import { renderMarkdown } from '../../src/content/markdown/render-markdown.ts'
import { GFM_EXAMPLES } from './gfm-examples.ts'
import { by } from './reading.ts'

const body = (markdown: string) => renderMarkdown(markdown, by(satteriParser))
const htmlOf = (markdown: string) => body(markdown).html

describe('headings', () => {
  it('have the ids that GitHub gives them, without repeats', () => {
    const { headings } = body('## One two\n\n## One two\n\n## Ümläut & co.\n\n## `code` *em*\n')

    expect(headings.map(({ id }) => id)).toEqual(['one-two', 'one-two-1', 'ümläut--co', 'code-em'])
  })

  it('begin at h2 below the page’s own title and skip no level', () => {
    const { headings } = body('# A\n\n### B\n\n#### C\n\n### D\n\n# E\n')

    expect(headings.map(({ depth, text }) => `${depth} ${text}`)).toEqual(['2 A', '3 B', '4 C', '3 D', '2 E'])
  })

  it('never take an id of a footnote, of raw HTML, of a comment or of the theme', () => {
    const { html, headings } = body(
      '## fn 1\n\n## Mine\n\n## Comment 42\n\n## Comments\n\n<p id="mine"></p>\n\na[^1]\n\n[^1]: b\n',
    )
    const ids = [...html.matchAll(/ id="([^"]*)"/g)].map((match) => match[1])

    expect(headings.map(({ id }) => id)).toEqual(['fn-1-1', 'mine-1', 'section-comment-42', 'comments-1'])
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('have an id that begins with a letter, and the document’s links to GitHub’s id follow', () => {
    expect(htmlOf('## 2. Next\n\n## !!!\n\n[there](#2-next)\n')).toBe(
      '<h2 id="section-2-next">2. Next</h2>\n<h2 id="section">!!!</h2>\n<p><a href="#section-2-next">there</a></p>',
    )
  })

  it('of the footnotes are not among the body’s headings', () => {
    expect(body('a[^1]\n\n[^1]: b').headings).toEqual([])
  })
})

describe('footnotes', () => {
  it('have a label, a way back from each reference, and ids that never meet', () => {
    const html = htmlOf('a[^1] b[^1] c[^1-2]\n\n[^1]: One.\n[^1-2]: Two.\n')
    const ids = [...html.matchAll(/ id="([^"]*)"/g)].map((match) => match[1])

    expect(ids).toEqual(['fnref-1', 'fnref-1-2', 'fnref-2', 'footnote-label', 'fn-1', 'fn-2'])
    expect(html).toContain('aria-describedby="footnote-label"')
    expect(html).toContain('<a href="#fnref-1-2" data-footnote-backref="" aria-label="Back to reference 1-2"')
  })
})

describe('elements', () => {
  it('wide tables scroll by keyboard, each under a name of its own', () => {
    const html = htmlOf('|a|\n|-|\n|b|\n\n***\n\n|a|\n|-|\n|b|\n')

    expect(html).toContain('<section class="table" tabindex="0" aria-label="Table"><table>')
    expect(html).toContain('<section class="table" tabindex="0" aria-label="Table 2"><table>')
  })

  it('cells are aligned by class, since a content security policy forbids styles', () => {
    expect(htmlOf('|a|b|c|\n|:-|:-:|-:|\n|1|2|3|\n')).toContain(
      '<th class="align-left">a</th>\n<th class="align-center">b</th>\n<th class="align-right">c</th>',
    )
  })

  it('code blocks scroll by keyboard', () => {
    expect(htmlOf('```js\na < b\n```\n')).toBe('<pre tabindex="0"><code class="language-js">a &#x3C; b\n</code></pre>')
  })

  it('images load late but for the first, and always have an alternative text, raw ones too', () => {
    expect(htmlOf('![A cat](cat.png) ![B](b.png)')).toBe(
      '<p><img src="cat.png" alt="A cat" decoding="async"> <img src="b.png" alt="B" loading="lazy" decoding="async"></p>',
    )
    expect(htmlOf('<img src="cat.png" loading="eager">')).toBe('<img src="cat.png" loading="eager" alt="" decoding="async">')
  })

  it('links are left as they are', () => {
    expect(htmlOf('[a](https://example.org "t") [b](../c/)')).toBe(
      '<p><a href="https://example.org" title="t">a</a> <a href="../c/">b</a></p>',
    )
  })

  it('raw HTML stays, with Markdown inside', () => {
    expect(htmlOf('<div class="x">\n\n*a*\n\n</div>\n\nb <kbd>c</kbd>')).toBe(
      '<div class="x">\n<p><em>a</em></p>\n</div>\n<p>b <kbd>c</kbd></p>',
    )
  })

  it('raw HTML left open is closed', () => {
    expect(htmlOf('<div><b>a')).toBe('<div><b>a</b></div>')
  })

  it('a line of three dashes at the head is a rule, not front matter', () => {
    expect(htmlOf('---\na: b\n---\n')).toBe('<hr>\n<h2 id="a-b">a: b</h2>')
  })
})

describe('the words of a body', () => {
  it('are counted without code and footnote links', () => {
    expect(body('# One two\n\nDon’t e.g. stop[^1]\n\n```\nfour five\n```\n\n- six\n\n[^1]: seven\n').words).toBe(8)
  })

  it('are characters in Chinese and Japanese', () => {
    expect(body('你好世界 hello').words).toBe(5)
  })

  it('begin the excerpt, on one line, without headings, tables and code', () => {
    expect(
      body('# Title\n\n|a|\n|-|\n|b|\n\n    code\n\nFirst *words*\nhere[^1].\n\n> Then a quote.\n\n[^1]: Note').excerpt,
    ).toBe('First words here. Then a quote.')
  })

  it('make an excerpt of at most 200 characters, cut at a word', () => {
    const { excerpt } = body('word '.repeat(100))

    expect(excerpt).toBe(`${'word '.repeat(39)}word…`)
    expect(excerpt.length).toBeLessThanOrEqual(200)
  })

  it('are never cut inside a character', () => {
    const { excerpt } = body('😀'.repeat(150))

    expect(excerpt).toBe(`${'😀'.repeat(99)}…`)
  })
})

describe('the HTML', () => {
  const everything = [
    ...GFM_EXAMPLES.slice(0, 22).map(({ markdown }) => markdown),
    '# One\n\n### Two & three\n\n## 4. Four\n\n## fn 1\n\n## !!!\n\n## Привет\n',
    '![](a.png) ![x "y" & <z>](b.png "t")\n\n1. a\n\n   b\n\n3) c\n\nline  \nbreak\n\n<https://a.b/?a=1&b=2>\n',
    'One[^1] and two[^note], one again[^1].\n\n[^1]: First.\n[^note]: Second.\n',
  ].join('\n\n***\n\n')

  it.each([satteriParser, remarkParser])('that Markdown makes by $name is valid', async (parser) => {
    const { html } = renderMarkdown(everything, by(parser))
    const page = `<!DOCTYPE html>\n<html lang="en"><head><title>x</title></head><body><main><h1>x</h1>\n${html}\n</main></body></html>`
    const report = await new HtmlValidate({ root: true, extends: ['html-validate:recommended'] }).validateString(page)

    expect(
      report.results.flatMap(({ messages }) =>
        messages.map(({ ruleId, message, line }) => `${ruleId}: ${message} (${page.split('\n')[line - 1]})`),
      ),
    ).toEqual([])
  })
})
