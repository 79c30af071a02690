import { join } from 'node:path'
import { HtmlValidate } from 'html-validate'
import { describe, expect, test } from 'vitest'
import { newFolder } from '../guest/running-guest.ts'
import { buildSite, filesIn, siteFolder, writeFiles } from './site-folder.ts'

const CONFIG = 'title: A site\nurl: https://example.org\n'
const post = (text: string, more = '') => `---\ntitle: Codes\ndate: 2024-01-01\n${more}---\n\n${text}\n`
const DRAWN = '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="200"/>'

const EVERYTHING = `:::note
Plain, with a [link](other.md).
:::

:::warning[Mind the *gap*]
- One
- Two
:::

:::details[More of it]
## A heading inside

::youtube[A film]{id=dQw4w9WgXcQ src=pier.svg}
:::

::figure[A *pier*]{src=pier.svg alt="The pier"}

At 10:30 :smile: it was a:b.
`

const SITE = {
  'site.yaml': CONFIG,
  'content/posts/codes.md': post(EVERYTHING),
  'content/posts/other.md': post('Other.'),
  'content/posts/pier.svg': DRAWN,
}

async function build(files: Readonly<Record<string, string>>) {
  const out = newFolder('out')
  const { problems } = await buildSite(siteFolder(files), out)
  const html = filesIn(out)['posts/codes/index.html'] ?? ''
  return { html: Buffer.from(html, 'latin1').toString(), problems, out, feed: filesIn(out)['feed.xml'] ?? '' }
}

describe('A shortcode', () => {
  const all = build(SITE)

  test.each([
    ['a note', '<div class="callout note" role="note"><p class="callout-title">Note</p>'],
    ['a warning with a title', '<p class="callout-title">Mind the <em>gap</em></p>'],
    ['details', '<details><summary>More of it</summary>'],
    ['a figure', '<figure><img src="/posts/pier.svg" alt="The pier" width="300" height="200" loading="lazy" decoding="async">'],
    ['a caption', '<figcaption>A <em>pier</em></figcaption></figure>'],
    ['a film', '<a href="https://www.youtube.com/watch?v=dQw4w9WgXcQ"><img src="/posts/pier.svg"'],
  ])('is rendered by the theme: %s', async (_what, html) => {
    expect((await all).html).toContain(html)
  })

  test('may hold links, which lead where they should', async () => {
    expect((await all).html).toContain('<p>Plain, with a <a href="/posts/other/">link</a>.</p>')
  })

  test('is not what people write in texts', async () => {
    expect((await all).html).toContain('<p>At 10:30 :smile: it was a:b.</p>')
  })

  test('comes out as valid HTML, with nothing to tell, and in feeds too', async () => {
    const { html, problems, feed } = await all
    const report = await new HtmlValidate({ root: true, extends: ['html-validate:recommended'] }).validateString(html)
    const faults = report.results.flatMap(({ messages }) => messages.map(({ ruleId, message }) => `${ruleId}: ${message}`))

    expect(faults.filter((fault) => !fault.startsWith('long-title'))).toEqual([])
    expect(problems).toEqual([])
    expect(feed).toContain('&lt;div class=&quot;callout note&quot;')
  })

  test('of no known name is an error with its file, line and what was probably meant; the page is built with what it held', async () => {
    const { html, problems } = await build({
      ...SITE,
      'content/posts/codes.md': post('First.\n\n:::nte\nKept *words*.\n:::\n\n::gone{a=b}\n\nPress :kbd[Ctrl]{}.'),
    })

    expect(
      problems.map(({ where, line, rule, message, hint, severity }) => [where, line, rule, message, hint, severity]),
    ).toEqual([
      ['content/posts/codes.md', 8, 'shortcodes/unknown', 'There is no shortcode `nte`.', 'Did you mean `note`?', 'error'],
      ['content/posts/codes.md', 12, 'shortcodes/unknown', 'There is no shortcode `gone`.', expect.any(String), 'error'],
      ['content/posts/codes.md', 14, 'shortcodes/unknown', 'There is no shortcode `kbd`.', expect.any(String), 'error'],
    ])
    expect(html).toContain('<p>Kept <em>words</em>.</p>')
    expect(html).toContain('<p>::gone{a=&quot;b&quot;}</p>')
    expect(html).toContain('<p>Press :kbd[Ctrl].</p>')
  })

  test('that fails is an error with its file and line, and the rest of the page is built', async () => {
    const { html, problems } = await build({ ...SITE, 'content/posts/codes.md': post('First.\n\n::youtube{id="a b"}\n\nLast.') })

    expect(problems).toEqual([expect.objectContaining({ line: 8, rule: 'shortcodes/failed', severity: 'error' })])
    expect(problems[0]?.message).toContain('A film needs its id')
    expect(html).toContain('<p>Last.</p>')
  })

  test('of a site’s own is a component in its theme’s folder, beside the built-in ones or in place of one', async () => {
    const { html, problems } = await build({
      ...SITE,
      'themes/default/shortcodes.tsx':
        "export * from 'theme:base/shortcodes.tsx'\nexport const kbd = ({ labelHtml }) => <kbd dangerouslySetInnerHTML={{ __html: labelHtml }} />\n",
      'themes/default/components/Callout.tsx': 'export const Callout = ({ kind }) => <p>Mine: {kind}</p>\n',
      'content/posts/codes.md': post('Press :kbd[Ctrl]{}.\n\n:::tip\nx\n:::'),
    })

    expect(problems).toEqual([])
    expect(html).toContain('<p>Press <kbd>Ctrl</kbd>.</p>')
    expect(html).toContain('<p>Mine: tip</p>')
  })

  test('that changes renders the pages that use one, and no others', async () => {
    const [site, out] = [siteFolder(SITE), newFolder('out')]
    const cacheFile = join(site, '.drowse/build.db')
    await buildSite(site, out, { cacheFile })
    writeFiles(site, { 'themes/default/components/Callout.tsx': 'export const Callout = () => <p>Mine</p>\n' })

    const { written } = await buildSite(site, out, { cacheFile })

    expect(written).toEqual(['feed.json', 'feed.xml', 'posts/codes/index.html', 'rss.xml'])
  })
})

describe('A table of contents', () => {
  const HEADINGS = '## One\n\n### Inner\n\n## Two\n'
  const TOC =
    '<nav class="toc" aria-labelledby="toc-title"><h2 id="toc-title">On this page</h2><ol><li><a href="#one">One</a><ol><li><a href="#inner">Inner</a></li></ol></li><li><a href="#two">Two</a></li></ol></nav>'

  test.each([
    ['where the entry says so', CONFIG, 'toc: true\n', true],
    ['where the site says so', `${CONFIG}toc: true\n`, '', true],
    ['but not where the entry says no', `${CONFIG}toc: true\n`, 'toc: no\n', false],
    ['and not unless it is asked for', CONFIG, '', false],
  ])('is shown %s', async (_where, config, more, shown) => {
    const { html } = await build({ 'site.yaml': config, 'content/posts/codes.md': post(HEADINGS, more) })

    expect(html.includes(TOC)).toBe(shown)
  })
})

describe('The reading time', () => {
  test('of a post follows from its words', async () => {
    const { html } = await build({ 'site.yaml': CONFIG, 'content/posts/codes.md': post('word '.repeat(700)) })

    expect(html).toContain('<span>3 minutes</span>')
  })
})

describe('Formulas', () => {
  test.each([
    ['where the site says so', `${CONFIG}math: true\n`, '', true],
    ['where the entry says so', CONFIG, 'math: true\n', true],
    ['but not where the entry says no', `${CONFIG}math: true\n`, 'math: false\n', false],
  ])('are MathML %s', async (_where, config, more, made) => {
    const { html, problems } = await build({
      'site.yaml': config,
      'content/posts/codes.md': post('So $x^2$ for $5 and $6.', more),
    })

    expect(/<p>So <math>.*<mi>x<\/mi>.*<mn.*2<\/mn>.*<\/math> for \$5 and \$6\.<\/p>/.test(html)).toBe(made)
    expect(problems).toEqual([])
  })
})
