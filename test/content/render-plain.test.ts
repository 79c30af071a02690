import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tests } from 'commonmark-spec'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { remarkParser } from '../../src/content/markdown/parsers/remark.ts'
import { satteriParser } from '../../src/content/markdown/parsers/satteri.ts'
import { writeBlogCorpus } from '../bench/blog-corpus.ts'
import { bothWays, textsIn } from './both-ways.ts'
import { GFM_EXAMPLES } from './gfm-examples.ts'

const PARSERS = [satteriParser, remarkParser]

/** What must go the short way. */
const PLAIN: readonly string[] = [
  '',
  '\n\n',
  'One\n  two\t\n\tthree \r\n four\rfive',
  'a  \n  b\\\n\tc  \n*  d*  \n` e`  \n[ f](/g)  \n**_ h_**  \n![ i](j)  \n~~ k~~ l',
  '*a\\\n b* **c  \n\td** [e\\\n f](g)',
  'a &#32;&#10; b &#9;&#13;&#10; c\\\n&#9; d\\\n*&#32;e*\\\n[&#9;f](g)\\\n~~&#32;h~~\\\n**&#32;*i***\\\n*`j`*',
  '# One\n\n### Two\n\n## Two\n\n###### Six\n\n# `co<de` & *e m* ![x](y) ~~z~~\n\nSet  \n ext\n===\n\n> ## In a quote\n\n- ## In a list\n',
  '# fn 3\n\n# Comments\n\n# 4. Four\n\n# !!!\n\n# Привет, 世界 👩‍💻\n\n# \n\n[a](#привет-世界-)',
  '## A "quoted" `heading` & more\n\n## [Linked](/a)[b][b]\n\n[b]: <#nowhere>',
  '- a\n- b\n  - c\n\n    d\n  - e\n- f\n\n      code\n  > q\n',
  '- a\n\n- b\n- c\n',
  '- a\n\n  b\n- c\n',
  '-\n- a\n-\n\n  b\n',
  '-   \n\n- [a]: /b\n- c\n\n[x][a]',
  '- a\n  ```js\n  let b = 1\n  ```\n- # c\n- > d\n- ***\n- | t |\n  | - |\n- ![p](q)\n',
  '3. a\n4. b\n\n0) c\n\n1. d\n\n1) e\n   1. f\n',
  '- [ ] a\n- [x] *b*\n- c\n\n1. [X] d\n\n   e\n2. [ ] f\n',
  '- [x] a\n  - [ ] b\n\n    [c]\n\n[c]: /d',
  '- [ ] ```\n  a\n  ```\n- [ ] # b\n- [x] > c\n\n  d\n',
  '- [ ]\n- [x] \n- [ ] [a]: /b\n',
  '- [ ] [a]: /b\n\n  c\n- [x] [^1]: d\n\n  e[^1]\n',
  '> a\n>\n> - b\n> > c\n\n> [d]: /e\n\n>\n',
  '***\n\n---\n\n> ***\n',
  '|a|b|c|d|\n|:-|:-:|-:|-|\n|1|*2*|`3|4`|\n|5|\n|6|7|8|9|10|\n\n|x|\n|-|\n\n- |y|\n  |-|\n  |[z](/z) ![w](w.png)|\n',
  '```js\nlet a = "<b>" & 1\n```\n\n```JS {1,2} title="x"\na\n```\n\n```unknown\na\n```\n\n```\n```\n\n```ts\n```\n\n    indented\n\n\ta\n\n~~~ a"b<c&d\n\n~~~\n\n``` a&#x20;b\n```',
  'a[^b] c[^a] d[^b]\n\n[^a]: A.\n[^b]: *B*\n\n    Two\n',
  'One![p](q)two three![](r "s")four',
  'a[^1] [b]\n\n[^1]: c\n\n    [b]: /d\n',
  '[^z]: First.\n\na[^y] b[^z]\n\n[^y]: Second ![p](p.png) [l](/l)\n\n    ```js\n    a\n    ```\n',
  'a[^1]b[^1]\n\n[^1]:\n    - a\n    - b\n\n\n\n> c[^2]\n>\n> [^2]: d\n\n- e[^3]\n\n  [^3]: f\n',
  'a[^1] b[^2]\n\n[^1]:\n\n[^2]: | a |\n    | - |\n    | b |\n\n[^Ünd "]: x\n\nc[^Ünd "]\n',
  '[a](/b "c\\"d & <e>") [f](<g h> \'\') [i](#j) [k](#j) [l](mailto:m@n.o) [p](//q) [r](?s=1&t="2") [u]() [v](../w.md#x)',
  '![a & "b" <c>](/d.png "e") ![f](https://g.h/i.png) ![](j.png) ![k *l*](m"n.png) [![o](p)](q "r")',
  '[a] [b][A] [c][] ![d][a] ![C][] [Straße]\n\n[a]: /a "t"\n[A]: /other\n[c]: <> \'\'\n[STRASSE]: /s\n[straße]: /t',
  'https://a.b/c?d=1&e="f" www.g.h, i@j.k <https://l.m/n"o> <p@q.r> http://é.x/ü%20%zz\n\n| https://s.t |\n| - |\n| <u@v.w> www.x.y |\n',
  '**https://a.b** *www.c.d*\n\n- https://e.f\n\n  g\n  www.h.i/j\n',
  'a & b < c > d " e \' f ` g &amp; &lt; &copy; &#0; &nbsp; \\* \\< \u00a0 \u2028 \u0000',
  '*a **b ~~c `d` e~~ f** g* ~h~ _i_ __j__ ***k***',
  `${'word '.repeat(60)}\n\nend`,
  '| table |\n| - |\n| one |\n\n# Heading\n\n```\ncode\n```\n\n- First *words*\n\n> and then',
  '漢字かな and кириллица, don’t e.g. 3.14 a_b\n\n- 你好\n- 世界',
  'a: b 10:30 ::: c:\n\n::\n\n$5 and $6',
  'std::vector a::b\n:c  \nd :e *:f* [g :h](/i)\n\n# :j k::l',
]

/** What must be left to the other way. */
const LEFT: readonly string[] = [
  'a <b>c</b>',
  '::figure[a]{src=b.png}',
  'a :b[c] d',
  '<div>\n\na\n\n</div>',
  'a\n\n<!-- more -->\n\nb',
  '> - <br>\n',
  '# fn 1\n\na[^1]\n\n[^1]: b',
  '# Footnote label\n\na[^1]\n\n[^1]: b',
  '# fnref 1 2\n\na[^1] b[^1]\n\n[^1]: b',
  '# 1. One\n\n[a](#1-one)',
  '[a](#1-one)\n\n[^1]: # 1. One\n\n# 1. One\n\nb[^1]',
  '# One[^1]\n\n[^1]: a',
  'a[^1]\n\n[^1]: # One\n',
  'a[^1]\n\n[^1]: b[^2]\n\n[^2]: c[^1]\n',
  'a[^1] b[^2]\n\n[^1]: c\n\n[^2]: d[^1]\n',
  'a[^1]\n\n[^1]: b\n[^1]: c\n',
  'a[^b]\n\n[^x]: c[^b]\n\n[^b]: d\n',
  'a[^1] b[^2]\n\n[^1]: c\n\n    > [^2]: d\n',
]

const inline = fc.letrec<{ span: string }>((tie) => {
  const spans = fc.array(tie('span'), { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''))
  const inside = (before: string, after: string) => spans.map((text) => `${before}${text}${after}`)
  const piece = fc.constantFrom(
    ...[
      'a',
      'One',
      ' ',
      ' two ',
      '.',
      ', ',
      '\t',
      '  ',
      '"',
      '&',
      '<',
      '>',
      '&amp;',
      '&#32;',
      '&#10;',
      '&#9;',
      '\\',
      '\\*',
      '*',
      '_',
      '~',
      '`',
      '[',
      ']',
      '!',
      '|',
    ],
    ...[
      '  \n',
      '\\\n',
      '\n',
      '\n  ',
      ' \t\n',
      '\r\n',
      '’',
      'é',
      '漢',
      '👍🏽',
      '\u00a0',
      '#',
      '1. ',
      '- ',
      ':',
      '10:30',
      '$',
      '\0',
    ],
    ...[
      '[^1]',
      '[^b]',
      '[^none]',
      '[ref]',
      '[Ref][]',
      '![ref]',
      '[nowhere]',
      '![p](p.png)',
      '![](/q.png "t")',
      '[x](/y)',
      '[x](#a)',
      '[x](#one "t")',
    ],
    ...['https://a.b/c?d&e', 'www.x.org', 'me@x.org', '<https://x.y/"z">', '`c`', '`` c\n` d ``'],
  )
  return {
    span: fc.oneof(
      { depthSize: 'small' },
      piece,
      inside('*', '*'),
      inside('**', '**'),
      inside('~~', '~~'),
      inside('[', '](/u "v")'),
      inside('[', '][ref]'),
      inside('_', '_'),
    ),
  }
}).span

const line = fc.array(inline, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(''))
const indented = (by: string) => (text: string) => text.replaceAll('\n', `\n${by}`)

const block = fc.letrec<{ block: string }>((tie) => {
  const blocks = fc
    .tuple(fc.array(tie('block'), { minLength: 1, maxLength: 3 }), fc.constantFrom('\n', '\n\n'))
    .map(([parts, between]) => parts.join(between))
  const begun = (mark: string) => blocks.map((text) => `${mark}${indented(' '.repeat(mark.length))(text)}`)
  return {
    block: fc.oneof(
      { depthSize: 'small' },
      line,
      fc
        .tuple(fc.constantFrom('# ', '## ', '### ', '###### '), line)
        .map(([mark, text]) => `${mark}${text.replaceAll(/\s/g, ' ')}`),
      line.map((text) => `${text}\n---`),
      fc.constantFrom(
        '***',
        '',
        '```js\nlet a = 1 < 2\n```',
        '```\n\n&\n```',
        '    code',
        '~~~ x y\n~~~',
        '[ref]: /u "t"',
        '[REF]: #one',
        '# 1',
      ),
      fc.array(line, { minLength: 1, maxLength: 3 }).map((cells) => {
        const row = `| ${cells.map((cell) => cell.replaceAll(/[\r\n]/g, ' ')).join(' | ')} |`
        return `| a | b |\n| :- | -: |\n${row}\n${row}`
      }),
      blocks.map((text) => `> ${indented('> ')(text)}`),
      ...['- ', '* ', '1. ', '7) ', '- [ ] ', '- [x] ', '[^1]: ', '[^b]: '].map(begun),
    ),
  }
}).block

const text = fc.array(block, { minLength: 1, maxLength: 5 }).map((blocks) => `${blocks.join('\n\n')}\n`)

describe.each(PARSERS)('The short way to a body, from what $name parses', (parser) => {
  it.each(PLAIN)('is taken by %j, and gives what the other way gives', (markdown) => {
    const { plain, byHast } = bothWays(markdown, parser)

    expect(plain).toBe(byHast)
  })

  it.each(LEFT)('is not taken by %j', (markdown) => {
    expect(bothWays(markdown, parser).plain).toBeNull()
  })

  it('gives what the other way gives for all examples of CommonMark and GFM that take it', () => {
    const examples = [
      ...tests.map(({ markdown }) => markdown.replaceAll('→', '\t')),
      ...GFM_EXAMPLES.map(({ markdown }) => markdown),
    ]
    const taken = examples.map((markdown) => bothWays(markdown, parser)).filter(({ plain }) => plain !== null)

    for (const { plain, byHast } of taken) expect(plain).toBe(byHast)
    expect(taken.length).toBeGreaterThan(550)
  })

  it('gives what the other way gives for texts of any pieces', () => {
    let taken = 0
    fc.assert(
      fc.property(text, (markdown) => {
        const { plain, byHast } = bothWays(markdown, parser)
        if (plain === null) return
        taken += 1
        expect(plain).toBe(byHast)
      }),
      { numRuns: parser === satteriParser ? 1000 : 60 },
    )

    expect(taken).toBeGreaterThan(parser === satteriParser ? 250 : 10)
  })

  it('is taken by ordinary posts, and this manual', () => {
    const folder = mkdtempSync(join(tmpdir(), 'drowse-posts-'))
    writeBlogCorpus(folder, 30)
    const manual = join(import.meta.dirname, '..', '..', 'content', 'manual')

    for (const texts of [textsIn(join(folder, 'posts')), textsIn(manual)]) {
      const bodies = texts.map((markdown) => bothWays(markdown, parser))
      const taken = bodies.filter(({ plain }) => plain !== null)

      for (const { plain, byHast } of taken) expect(plain).toBe(byHast)
      expect(taken.length).toBeGreaterThan(texts.length / 2)
    }
  })
})
