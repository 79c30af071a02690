import { html, raw } from 'hono/html'
import { describe, expect, test } from 'vitest'
import { createElement, Fragment, jsx } from '../../src/render/theme/jsx-runtime.ts'

const written = (...element: Parameters<typeof jsx>) => String(jsx(...element))
const HOSTILE = `"'><script>alert(1)</script>&amp;`
const HARMLESS = '&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;'

describe('A child', () => {
  test.each<[what: string, child: unknown, text: string]>([
    ['text is escaped', HOSTILE, HARMLESS],
    ['numbers are written, zero too', [0, 1.5, 10n], '01.510'],
    ['nothing and booleans are not', [null, undefined, true, false, ''], ''],
    ['lists may lie in lists', ['a', ['b', ['<', []]], jsx('i', {})], 'ab&lt;<i></i>'],
    ['an element is written once', jsx('b', { children: '&' }), '<b>&amp;</b>'],
    ['what raw gives is taken as it is', raw('<hr>'), '<hr>'],
    ['what html gives is, too, and it has escaped what it was given', html`<i>${HOSTILE}</i>`, `<i>${HARMLESS}</i>`],
  ])('%s', (_what, children, text) => {
    expect(written('p', { children })).toBe(`<p>${text}</p>`)
  })

  test.each<[what: string, child: unknown, message: string]>([
    ['a promise', Promise.resolve('late'), 'A child is async.'],
    ['what html gives for a promise', html`${Promise.resolve('late')}`, 'A child is async.'],
    ['an object', { toString: () => '<script>' }, 'A child is no text but of type object.'],
    ['a function', () => 'x', 'of type function'],
    ['data that calls itself escaped', JSON.parse('{"isEscaped":true}'), 'A child is no text but of type object.'],
    ['nor if it has a “toString”', JSON.parse('{"isEscaped":true,"toString":"<hr>"}'), 'A child is no text but of type object.'],
  ])('can’t be %s', (_what, child, message) => {
    expect(() => jsx('p', { children: [child] })).toThrow(message)
  })

  test('can’t be in an element without an end tag', () => {
    expect(() => jsx('br', { children: 'x' })).toThrow('The element br can have nothing in it.')
  })

  test('is HTML where `dangerouslySetInnerHTML` says so', () => {
    expect(written('p', { dangerouslySetInnerHTML: { __html: '<b>1</b>' } })).toBe('<p><b>1</b></p>')
  })

  test.each([undefined, null, false, { __html: undefined }, { __html: null }])(
    'is not there where `dangerouslySetInnerHTML` is %j',
    (dangerouslySetInnerHTML) => {
      expect(written('p', { dangerouslySetInnerHTML })).toBe('<p></p>')
    },
  )
})

describe('An attribute', () => {
  test.each<[what: string, props: Record<string, unknown>, text: string]>([
    ['text is escaped', { title: HOSTILE }, ` title="${HARMLESS}"`],
    ['a number is written', { width: 0 }, ' width="0"'],
    ['nothing leaves it out', { id: undefined, title: null, lang: '' }, ' lang=""'],
    ['a boolean one stands bare or not at all', { required: true, disabled: false, readOnly: true }, ' required readOnly'],
    ['others take booleans as text', { 'aria-hidden': true, 'data-x': false }, ' aria-hidden="true" data-x="false"'],
    ['an element is text in it', { title: jsx('b', { children: '"' }) }, ' title="&lt;b&gt;&amp;quot;&lt;/b&gt;"'],
    ['what raw gives is taken as it is', { title: raw('&amp;') }, ' title="&amp;"'],
    ['a handler, a key and a ref are not written', { onClick: () => {}, key: 1, ref: {} }, ''],
    ['an address is its text', { href: new URL('https://example.org/?a&b') }, ' href="https://example.org/?a&amp;b"'],
    ['React’s names are known', { className: 'a', htmlFor: 'b', httpEquiv: 'c' }, ' class="a" for="b" http-equiv="c"'],
    ['so are those of SVG', { strokeWidth: 2, clipPath: 'x', viewBox: 'y' }, ' stroke-width="2" clip-path="x" viewBox="y"'],
    ['names that objects have are only names', { constructor: 'a', toString: 'b' }, ' constructor="a" toString="b"'],
  ])('%s', (_what, props, text) => {
    expect(written('a', props)).toBe(`<a${text}></a>`)
  })

  test.each(['', 'x y', 'x=y', 'x>', 'x/', "x'", 'x"', '<x', 'x\n', 'x\0', 'x\u0080', 'x\u00a0', '`', '\\'])(
    'with the name %j is left out',
    (name) => {
      expect(written('a', { ...JSON.parse(JSON.stringify({ [name]: 'x', id: 'y' })) })).toBe('<a id="y"></a>')
    },
  )

  test.each<[what: string, props: Record<string, unknown>]>([
    ['a promise', { title: Promise.resolve('x') }],
    ['an object', { style: { color: 'red' } }],
    ['a function', { title: () => 'x' }],
    ['data with a “toString”', { title: JSON.parse('{"toString":"x"}') }],
  ])('can’t be %s', (_what, props) => {
    expect(() => jsx('a', props)).toThrow(/^The attribute (?:title|style) is no text but of type (?:object|function)\.$/)
  })
})

describe('An element', () => {
  test.each(['br', 'img', 'input', 'link', 'meta', 'source', 'wbr'])('%s has no end tag and no slash', (tag) => {
    expect(written(tag, { id: 'a', children: undefined })).toBe(`<${tag} id="a">`)
  })

  test.each(['div', 'script', 'textarea', 'my-element', 'svg', 'path'])(
    '%s has an end tag though there is nothing in it',
    (tag) => {
      expect(written(tag, {})).toBe(`<${tag}></${tag}>`)
    },
  )

  test.each(['', 'a b', 'a>', 'a/', '!--', '?xml', 'a\t', '1', 'a"'])('can’t be called %j', (tag) => {
    expect(() => jsx(tag, {})).toThrow(`There is no element or component “${tag}”.`)
  })

  test('can’t be a component that isn’t there', () => {
    expect(() => Reflect.apply(jsx, null, [undefined, {}])).toThrow('There is no element or component “undefined”.')
  })

  test('is taken by hono’s html as it is', () => {
    expect(String(html`<p>${jsx('b', { children: '<' })}${[jsx('i', {})]}</p>`)).toBe('<p><b>&lt;</b><i></i></p>')
  })
})

describe('A component', () => {
  const Framed = ({ title, children }: Readonly<Record<string, unknown>>) => jsx('section', { title, children })

  test('is given its props, with its children finished', () => {
    const children = ['&', jsx('b', { children: '<' })]
    expect(written(Framed, { title: 'T', children })).toBe('<section title="T">&amp;<b>&lt;</b></section>')
  })

  test.each<[what: string, made: unknown, text: string]>([
    ['text, which is escaped', HOSTILE, HARMLESS],
    ['nothing', null, ''],
    ['a boolean', false, ''],
    ['a number', 0, '0'],
    ['a list', ['<', jsx('i', {})], '&lt;<i></i>'],
    ['HTML', raw('<hr>'), '<hr>'],
  ])('may give %s', (_what, made, text) => {
    expect(written(() => made, {})).toBe(text)
  })

  test('may not be async', () => {
    const Late = async () => 'late'
    expect(() => jsx(Late, {})).toThrow('The component Late is async. A component is given all it needs; it may not wait.')
  })

  test.each([
    ['it', { Faulty: () => jsx(Fragment, { children: [{}] }) }],
    ['an element with a key after spread props', { Faulty: () => createElement('p', { key: 'k' }, {}) }],
  ])('is the first in the stack of an error about what is in %s', (_, { Faulty }) => {
    expect(() => jsx(Faulty, {})).toThrow(
      expect.objectContaining({ stack: expect.stringMatching(/^Error: [^\n]*\n +at (?:Object\.)?Faulty /) }),
    )
  })
})

test('A fragment is what is in it', () => {
  expect(written(Fragment, { children: ['<', jsx('b', {})] })).toBe('&lt;<b></b>')
})

test('An element with a key after spread props is as any other', () => {
  expect(String(createElement('p', { id: 'a', key: 'k' }, '<', jsx('b', {})))).toBe('<p id="a">&lt;<b></b></p>')
  expect(String(createElement('br', null))).toBe('<br>')
})
