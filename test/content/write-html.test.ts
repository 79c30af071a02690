import { tests } from 'commonmark-spec'
import fc from 'fast-check'
import type { Element, ElementContent, Root } from 'hast'
import { toHtml } from 'hast-util-to-html'
import { rehype } from 'rehype'
import { describe, expect, test } from 'vitest'
import { writeHtml } from '../../src/content/markdown/write-html.ts'

const asTheLibrary = (tree: Root) => toHtml(tree, { allowDangerousHtml: true })

const value = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'a &<>"\'`=/\0\n\u00e9'.split('')) }),
  fc.boolean(),
  fc.integer(),
  fc.constant(null),
  fc.constant(undefined),
  fc.constant(Number.NaN),
  fc.array(fc.constantFrom('one', 'two', 'a,b')),
)
const property = fc.constantFrom(
  ...[
    'className',
    'id',
    'href',
    'disabled',
    'download',
    'hidden',
    'dataFoo',
    'ariaLabel',
    'htmlFor',
    'srcSet',
    'accept',
    'style',
    'onClick',
    'a b',
    'Ünder',
    'checked',
    'colSpan',
    'viewBox',
    'xLinkHref',
  ],
)
const tagName = fc.constantFrom(
  ...['p', 'a', 'img', 'br', 'BR', 'input', 'pre', 'svg', 'template', 'script', 'style', 'title', 'math', 'x-y'],
)

const { node } = fc.letrec<{ node: ElementContent }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small' },
    fc.record({ type: fc.constant('text' as const), value: fc.string({ unit: fc.constantFrom(...'a&<>"\u00a0'.split('')) }) }),
    fc.record({ type: fc.constant('comment' as const), value: fc.string() }),
    fc.record({ type: fc.constant('raw' as const), value: fc.constantFrom('<b>', '', '&') }) as fc.Arbitrary<ElementContent>,
    fc
      .record({
        tagName,
        properties: fc.dictionary(property, value, { maxKeys: 3 }),
        children: fc.array(tie('node'), { maxLength: 3 }),
      })
      .map(
        (given): Element => ({
          type: 'element',
          ...given,
          ...(given.tagName === 'template' ? { content: { type: 'root', children: given.children } } : {}),
        }),
      ),
  ),
}))

describe('A tree as HTML', () => {
  test('is what hast-util-to-html makes of it', () => {
    fc.assert(
      fc.property(fc.array(node), (children) => {
        const tree: Root = { type: 'root', children }

        expect(writeHtml(tree)).toBe(asTheLibrary(tree))
      }),
      { numRuns: 2000 },
    )
  })

  test('is so for the HTML of all CommonMark examples', () => {
    const parser = rehype().data('settings', { fragment: true })

    for (const { html } of tests) {
      const tree = parser.parse(html)
      expect(writeHtml(tree)).toBe(asTheLibrary(tree))
    }
  })
})
