import { describe, expect, it } from 'vitest'
import { remarkParser } from '../../src/content/markdown/parsers/remark.ts'
import { satteriParser } from '../../src/content/markdown/parsers/satteri.ts'
import { renderMarkdown } from '../../src/content/markdown/render-markdown.ts'
import { by } from './reading.ts'

const plain = (markdown: string) => renderMarkdown(markdown, by(satteriParser))
const math = (markdown: string) => renderMarkdown(markdown, by(satteriParser, { math: true }))
const textOf = (html: string) => html.replace(/<[^>]*>/g, '')

describe('Shortcodes', () => {
  const EXAMPLES = [
    '::youtube{id=abc title="A b"}',
    ':::note[A *title*]\nText **b**.\n\n- a\n:::',
    '::::note\n:::tip\nInside\n:::\n::::',
    'Press :kbd[Ctrl]{.key} or :icon{name=x}.',
    '> :::note\n> quoted\n> :::',
    '- ::leaf{a}\n- b',
    ':::note\n[a](b.md) ![c](d.png)\n:::\n\n[e](f.md)',
    'At 10:30, a:b, :smile: and see:foo, 1:a ratio, ::x',
    ':::note\nnever closed',
    '::: note\nnot one\n:::',
    ':::note\n\n<div>raw</div>\n\n:::',
    'Inline `::code{a}` and:\n\n```\n::code{b}\n```',
  ]

  it.each(EXAMPLES)('come out the same by satteri and by remark-parse: %j', (markdown) => {
    expect(plain(markdown)).toEqual(renderMarkdown(markdown, by(remarkParser)))
  })

  it('are noted with their name, form, attributes and line, and the stretches of their label and content', () => {
    const { html, slots } = plain('One\n\n:::note[A *title*]{#here .wide}\nText\n:::\n\n::film{id=abc}\n\nPress :kbd[Ctrl]{}.')
    const noted = slots.flatMap((slot) =>
      slot.kind === 'shortcode'
        ? [
            [
              slot.form,
              slot.name,
              slot.attributes,
              slot.line,
              html.slice(slot.label.start, slot.label.end),
              html.slice(slot.content.start, slot.content.end).trim(),
            ],
          ]
        : [],
    )

    expect(noted).toEqual([
      ['container', 'note', { id: 'here', class: 'wide' }, 3, 'A <em>title</em>', '<p>Text</p>'],
      ['leaf', 'film', { id: 'abc' }, 7, '', ''],
      ['text', 'kbd', {}, 9, 'Ctrl', ''],
    ])
    expect(html).not.toMatch(/drowse-|[\uFDD0-\uFDEF]/)
  })

  it.each([
    'At 10:30 :smile: a:b',
    'Ratio 16:9 and :wq',
    'std::vector and a::b',
    'http://localhost:3000/:id',
    '::: note',
    ':not',
  ])('are not what people write in texts: %s', (text) => {
    const { html, slots } = plain(`${text}\n\n::leaf{a}`)

    expect(textOf(html)).toContain(text)
    expect(slots.length).toBe(1)
  })

  it('may be written as raw elements by nobody', () => {
    const { html, slots } = plain('<drowse-directive number="0">a</drowse-directive>\n\n::leaf{a}')

    expect(slots.length).toBeLessThanOrEqual(2)
    expect(html).not.toContain('drowse-')
  })
})

describe('Formulas', () => {
  const EXAMPLES = [
    'So $a^2 + b^2 = c^2$ holds.',
    'Not *one $a*b*c$ two*.',
    '$$\n\\int_0^1 x\\,dx\n$$',
    'Text $$x$$ in a line\nand [more](a.md).',
    '> $$\n> x\n> $$',
    '`$x$` and\n\n```sh\necho $a $b$\n```',
    '[a $x$ b](c.md "t $y$ u") ![d $z$ e](f.png) <https://x.y/?$a$>',
    '## The $x_1$ law\n\n[up](#the-x_1-law)',
    '|a|\n|-|\n|$x$|',
    '<div title="$x$">$y$</div>',
  ]

  it.each(EXAMPLES)('come out the same by satteri and by remark-parse: %j', (markdown) => {
    expect(math(markdown)).toEqual(renderMarkdown(markdown, by(remarkParser, { math: true })))
    expect(math(markdown).html).not.toMatch(/drowse-|[\uFDD0-\uFDEF]|%EF%B7/i)
  })

  it('are MathML without a script or a style', () => {
    const { html } = math('So $\\frac{a}{b}$:\n\n$$\n\\begin{pmatrix}a&b\\\\c&d\\end{pmatrix}\n$$\n\nEnd.')

    expect(html).toMatch(/^<p>So <math><mfrac>.*<\/math>:<\/p>\n<div class="formula" tabindex="0"><math display="block"/)
    expect(html).not.toMatch(/style=|<script|<span/)
  })

  it.each([
    'It costs $5 and $6.',
    'From $5-$10, or US$7 or 8$ each.',
    'A \\$x\\$ escaped.',
    'One $ alone.',
    '`$x$` in code.',
    'A $ b $ spaced.',
    'Over\n\n$paragraphs\n\nnot$ either.',
  ])('are not prices and the like: %s', (markdown) => {
    expect(math(markdown).html).toBe(plain(markdown).html)
  })

  it('are off unless they are asked for', () => {
    expect(plain('$x$').html).toBe('<p>$x$</p>')
  })

  it('keep what only looks like one as it was', () => {
    const { html } = math('`$x$` ![d $z$](f.png "$t$") [a](<b$c$d>)\n\n```sh\n$$\na $b$\n$$\n```')

    expect(html).toContain('<code>$x$</code>')
    expect(html).toContain('alt="d $z$"')
    expect(html).toContain('title="$t$"')
    expect(html).toContain('href="b$c$d"')
    expect(html).toContain('$$\na $b$\n$$')
  })

  it('that can’t be read are told with their line and shown as written, and lines below keep their numbers', () => {
    const { html, problems } = math('One\n\n$$\nx\n$$\n\nTwo $\\nothing{x}$\n\n[a](#gone)')

    expect(problems.map(({ line, rule }) => [line, rule])).toEqual([
      [7, 'math/invalid'],
      [9, 'links/missing-anchor'],
    ])
    expect(html).toContain('<code>$\\nothing{x}$</code>')
  })
})
