/** Examples after the GFM specification, https://github.github.com/gfm/, and GitHub's footnotes. */
export const GFM_EXAMPLES = [
  { what: 'tables', markdown: '| foo | bar |\n| --- | --- |\n| baz | bim |\n' },
  { what: 'tables with alignment', markdown: '| abc | defghi |\n:-: | -----------:\nbar | baz\n' },
  { what: 'tables with escaped pipes', markdown: '| f\\|oo  |\n| ------ |\n| b `\\|` az |\n| b **\\|** im |\n' },
  { what: 'tables ended by a quote', markdown: '| abc | def |\n| --- | --- |\n| bar | baz |\n> bar\n' },
  { what: 'tables ended by a blank line', markdown: '| abc | def |\n| --- | --- |\n| bar | baz |\nbar\n\nbar\n' },
  { what: 'headers that don’t fit their delimiters', markdown: '| abc | def |\n| --- |\n| bar |\n' },
  { what: 'rows with too few and too many cells', markdown: '| abc | def |\n| --- | --- |\n| bar |\n| bar | baz | boo |\n' },
  { what: 'tables without a body', markdown: '| abc | def |\n| --- | --- |\n' },
  { what: 'tables in lists', markdown: '- | a | b |\n  | - | - |\n  | 1 | 2 |\n' },
  { what: 'task list items', markdown: '- [ ] foo\n- [x] bar\n' },
  { what: 'nested task list items', markdown: '- [x] foo\n  - [ ] bar\n  - [X] baz\n- [ ] bim\n' },
  { what: 'brackets that are no tasks', markdown: '- [] foo\n- [y] bar\n- [x]baz\n- [ ]\n' },
  { what: 'struck words', markdown: '~~Hi~~ Hello, ~there~ world!\n' },
  { what: 'tildes over paragraphs', markdown: 'This ~~has a\n\nnew paragraph~~.\n' },
  { what: 'three tildes', markdown: 'This will ~~~not~~~ strike.\n' },
  { what: 'addresses with www', markdown: 'www.commonmark.org\n\nVisit www.commonmark.org/help for more information.\n' },
  { what: 'addresses before punctuation', markdown: 'Visit www.commonmark.org.\n\nVisit www.commonmark.org/a.b.\n' },
  {
    what: 'addresses in parentheses',
    markdown: 'www.google.com/search?q=Markup+(business)\n\n(www.google.com/search?q=Markup+(business))\n',
  },
  {
    what: 'addresses with entities at their end',
    markdown: 'www.google.com/search?q=commonmark&hl=en\n\nwww.google.com/search?q=commonmark&hl;\n',
  },
  { what: 'addresses cut by <', markdown: 'www.commonmark.org/he<lp\n' },
  {
    what: 'addresses with a scheme',
    markdown: 'http://commonmark.org\n\n(Visit https://encrypted.google.com/search?q=Markup+(business))\n',
  },
  {
    what: 'e-mail addresses',
    markdown: 'foo@bar.baz\n\nhello+xyz@mail.example\n\na.b-c_d@a.b\n\na.b-c_d@a.b.\n\na.b-c_d@a.b-\n\na.b-c_d@a.b_\n',
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
] as const
