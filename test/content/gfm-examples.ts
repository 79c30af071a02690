/**
 * Examples after the GFM specification, https://github.github.com/gfm/, each with what it says they come to, white space between elements left out; and GitHub's
 * footnotes and line ends, which it doesn't tell of. `npm run test:gfm` runs the specification itself.
 */
export const GFM_EXAMPLES: readonly { readonly what: string; readonly markdown: string; readonly html?: string }[] = [
  {
    what: 'tables',
    markdown: '| foo | bar |\n| --- | --- |\n| baz | bim |\n',
    html: '<table><thead><tr><th>foo</th><th>bar</th></tr></thead><tbody><tr><td>baz</td><td>bim</td></tr></tbody></table>',
  },
  {
    what: 'tables with alignment',
    markdown: '| abc | defghi |\n:-: | -----------:\nbar | baz\n',
    html: '<table><thead><tr><th align="center">abc</th><th align="right">defghi</th></tr></thead><tbody><tr><td align="center">bar</td><td align="right">baz</td></tr></tbody></table>',
  },
  {
    what: 'tables with escaped pipes',
    markdown: '| f\\|oo  |\n| ------ |\n| b `\\|` az |\n| b **\\|** im |\n',
    html: '<table><thead><tr><th>f|oo</th></tr></thead><tbody><tr><td>b <code>|</code> az</td></tr><tr><td>b <strong>|</strong> im</td></tr></tbody></table>',
  },
  {
    what: 'tables ended by a quote',
    markdown: '| abc | def |\n| --- | --- |\n| bar | baz |\n> bar\n',
    html: '<table><thead><tr><th>abc</th><th>def</th></tr></thead><tbody><tr><td>bar</td><td>baz</td></tr></tbody></table><blockquote><p>bar</p></blockquote>',
  },
  {
    what: 'tables ended by a blank line',
    markdown: '| abc | def |\n| --- | --- |\n| bar | baz |\nbar\n\nbar\n',
    html: '<table><thead><tr><th>abc</th><th>def</th></tr></thead><tbody><tr><td>bar</td><td>baz</td></tr><tr><td>bar</td><td></td></tr></tbody></table><p>bar</p>',
  },
  {
    what: 'headers that don’t fit their delimiters',
    markdown: '| abc | def |\n| --- |\n| bar |\n',
    html: '<p>| abc | def |\n| --- |\n| bar |</p>',
  },
  {
    what: 'rows with too few and too many cells',
    markdown: '| abc | def |\n| --- | --- |\n| bar |\n| bar | baz | boo |\n',
    html: '<table><thead><tr><th>abc</th><th>def</th></tr></thead><tbody><tr><td>bar</td><td></td></tr><tr><td>bar</td><td>baz</td></tr></tbody></table>',
  },
  {
    what: 'tables without a body',
    markdown: '| abc | def |\n| --- | --- |\n',
    html: '<table><thead><tr><th>abc</th><th>def</th></tr></thead></table>',
  },
  {
    what: 'tables in lists',
    markdown: '- | a | b |\n  | - | - |\n  | 1 | 2 |\n',
    html: '<ul><li><table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table></li></ul>',
  },
  {
    what: 'task list items',
    markdown: '- [ ] foo\n- [x] bar\n',
    html: '<ul><li><input type="checkbox" disabled> foo</li><li><input type="checkbox" checked disabled> bar</li></ul>',
  },
  {
    what: 'nested task list items',
    markdown: '- [x] foo\n  - [ ] bar\n  - [X] baz\n- [ ] bim\n',
    html: '<ul><li><input type="checkbox" checked disabled> foo\n<ul><li><input type="checkbox" disabled> bar</li><li><input type="checkbox" checked disabled> baz</li></ul></li><li><input type="checkbox" disabled> bim</li></ul>',
  },
  {
    what: 'brackets that are no tasks',
    markdown: '- [] foo\n- [y] bar\n- [x]baz\n- [ ]\n',
    html: '<ul><li>[] foo</li><li>[y] bar</li><li>[x]baz</li><li>[ ]</li></ul>',
  },
  {
    what: 'struck words',
    markdown: '~~Hi~~ Hello, ~there~ world!\n',
    html: '<p><del>Hi</del> Hello, <del>there</del> world!</p>',
  },
  {
    what: 'tildes over paragraphs',
    markdown: 'This ~~has a\n\nnew paragraph~~.\n',
    html: '<p>This ~~has a</p><p>new paragraph~~.</p>',
  },
  { what: 'three tildes', markdown: 'This will ~~~not~~~ strike.\n', html: '<p>This will ~~~not~~~ strike.</p>' },
  {
    what: 'addresses with www',
    markdown: 'www.commonmark.org\n\nVisit www.commonmark.org/help for more information.\n',
    html: '<p><a href="http://www.commonmark.org">www.commonmark.org</a></p><p>Visit <a href="http://www.commonmark.org/help">www.commonmark.org/help</a> for more information.</p>',
  },
  {
    what: 'addresses before punctuation',
    markdown: 'Visit www.commonmark.org.\n\nVisit www.commonmark.org/a.b.\n',
    html: '<p>Visit <a href="http://www.commonmark.org">www.commonmark.org</a>.</p><p>Visit <a href="http://www.commonmark.org/a.b">www.commonmark.org/a.b</a>.</p>',
  },
  {
    what: 'addresses in parentheses',
    markdown: 'www.google.com/search?q=Markup+(business)\n\n(www.google.com/search?q=Markup+(business))\n',
    html: '<p><a href="http://www.google.com/search?q=Markup+(business)">www.google.com/search?q=Markup+(business)</a></p><p>(<a href="http://www.google.com/search?q=Markup+(business)">www.google.com/search?q=Markup+(business)</a>)</p>',
  },
  {
    what: 'addresses with entities at their end',
    markdown: 'www.google.com/search?q=commonmark&hl=en\n\nwww.google.com/search?q=commonmark&hl;\n',
    html: '<p><a href="http://www.google.com/search?q=commonmark&amp;hl=en">www.google.com/search?q=commonmark&amp;hl=en</a></p><p><a href="http://www.google.com/search?q=commonmark">www.google.com/search?q=commonmark</a>&amp;hl;</p>',
  },
  {
    what: 'addresses cut by <',
    markdown: 'www.commonmark.org/he<lp\n',
    html: '<p><a href="http://www.commonmark.org/he">www.commonmark.org/he</a>&lt;lp</p>',
  },
  {
    what: 'addresses with a scheme',
    markdown: 'http://commonmark.org\n\n(Visit https://encrypted.google.com/search?q=Markup+(business))\n',
    html: '<p><a href="http://commonmark.org">http://commonmark.org</a></p><p>(Visit <a href="https://encrypted.google.com/search?q=Markup+(business)">https://encrypted.google.com/search?q=Markup+(business)</a>)</p>',
  },
  {
    what: 'e-mail addresses',
    markdown: 'foo@bar.baz\n\nhello+xyz@mail.example\n\na.b-c_d@a.b\n\na.b-c_d@a.b.\n\na.b-c_d@a.b-\n\na.b-c_d@a.b_\n',
    html: '<p><a href="mailto:foo@bar.baz">foo@bar.baz</a></p><p><a href="mailto:hello+xyz@mail.example">hello+xyz@mail.example</a></p><p><a href="mailto:a.b-c_d@a.b">a.b-c_d@a.b</a></p><p><a href="mailto:a.b-c_d@a.b">a.b-c_d@a.b</a>.</p><p>a.b-c_d@a.b-</p><p>a.b-c_d@a.b_</p>',
  },
  {
    what: 'footnotes',
    markdown:
      'One[^1] and two[^note], one again[^1].\n\n[^1]: First.\n[^note]: Second\n    has two lines.\n\n    And a paragraph.\n',
  },
  { what: 'footnotes without a definition', markdown: 'None[^none].\n' },
  { what: 'footnotes that nobody refers to', markdown: 'Text.\n\n[^1]: Alone.\n' },
  { what: 'footnotes with lists and code', markdown: 'A[^a].\n\n[^a]: - one\n    - two\n\n    ```js\n    1\n    ```\n' },
  { what: 'footnotes with names in other letters', markdown: 'A[^Заметка] b[^ß].\n\n[^заметка]: Да.\n[^ß]: Ja.\n' },
  { what: 'lines ended by CRLF', markdown: '# A\r\n\r\n- b\r\n- c\r\n\r\n```\r\nd\r\n```\r\n' },
]
