import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { newFolder } from '../guest/running-guest.ts'
import { buildSite, filesIn, siteFolder, writeFiles } from './site-folder.ts'

const CONFIG = 'title: A site\nurl: https://example.org\n'
const fence = (language: string, code: string) => `\`\`\`${language}\n${code}\n\`\`\``
const post = (text: string) => `---\ntitle: Code\ndate: 2024-01-01\n---\n\n${text}\n`

async function build(text: string, config = CONFIG) {
  const out = newFolder('out')
  const { problems } = await buildSite(siteFolder({ 'site.yaml': config, 'content/posts/code.md': post(text) }), out)
  const html = filesIn(out)['posts/code/index.html'] ?? ''
  return { problems, html, blocks: html.match(/<pre[\s\S]*?<\/pre>/g) ?? [] }
}

describe('A code block', () => {
  test('of a known language has its words in classes and no style, and its text as it was', async () => {
    const { blocks, html } = await build(fence('js', 'const a = "<b>" // &amp;'))

    expect(blocks).toEqual([
      '<pre tabindex="0"><code class="language-js"><span class="hljs-keyword">const</span> a = <span class="hljs-string">&quot;&lt;b&gt;&quot;</span> <span class="hljs-comment">// &amp;amp;</span>\n</code></pre>',
    ])
    expect(html).not.toContain('style="')
  })

  test.each(['ts', 'sh', 'python', 'yaml', 'html', 'css', 'rust', 'go', 'sql', 'diff', 'Dockerfile', 'haskell', 'JS'])(
    'may name the language %s',
    async (language) => {
      const { blocks } = await build(fence(language, '"a" 1 # x\n-- b\n<b>c</b>\n+ d\nFROM e\n/* f */'))

      expect(blocks[0]).toContain('<span class="hljs-')
    },
  )

  test('of an unknown language, of none, or indented, stays plain', async () => {
    const { blocks, problems } = await build(`${fence('no-such-language', 'a < b')}\n\n${fence('', 'c')}\n\n    d\n`)

    expect(blocks).toEqual([
      '<pre tabindex="0"><code class="language-no-such-language">a &#x3C; b\n</code></pre>',
      '<pre tabindex="0"><code>c\n</code></pre>',
      '<pre tabindex="0"><code>d\n</code></pre>',
    ])
    expect(problems).toEqual([])
  })

  test('stays plain where site.yaml says so', async () => {
    const { html } = await build(fence('js', 'const a = 1'), `${CONFIG}highlight: false\n`)

    expect(html).toContain('<code class="language-js">const a = 1\n</code>')
  })
})

describe('Highlighting', () => {
  test('is switched off and on for posts that are known already', async () => {
    const files = { 'site.yaml': CONFIG, 'content/posts/code.md': post(fence('js', 'const a = 1')) }
    const [site, out] = [siteFolder(files), newFolder('out')]
    const cacheFile = join(site, '.drowse/build.db')
    await buildSite(site, out, { cacheFile })
    const coloured = filesIn(out)
    writeFiles(site, { 'site.yaml': `${CONFIG}highlight: false\n` })
    await buildSite(site, out, { cacheFile })
    expect(filesIn(out)['posts/code/index.html']).not.toContain('hljs-')
    writeFiles(site, { 'site.yaml': CONFIG })

    await buildSite(site, out, { cacheFile })

    expect(filesIn(out)).toEqual(coloured)
  })

  test('is kept by language and text: a block that another text has too is not worked out again', async () => {
    const files = { 'site.yaml': CONFIG, 'content/posts/code.md': post(fence('js', 'const a = 1')) }
    const [site, out] = [siteFolder(files), newFolder('out')]
    const cacheFile = join(site, '.drowse/build.db')
    await buildSite(site, out, { cacheFile })
    const cache = new DatabaseSync(cacheFile)
    cache.exec(`UPDATE code SET html = '<i>As kept.</i>'`)
    cache.close()
    writeFiles(site, { 'content/posts/other.md': post(`Other words.\n\n${fence('js', 'const a = 1')}`) })

    await buildSite(site, out, { cacheFile })

    expect(filesIn(out)['posts/other/index.html']).toContain('<code class="language-js"><i>As kept.</i></code>')
  })

  test('has a colour in the theme for every class that highlight.js uses in the manual', async () => {
    const sheet = readFileSync(join(import.meta.dirname, '../../themes/default/style/code.css'), 'utf8')
    const { html } = await build(
      [
        fence('ts', 'import type { A } from "a"\n// b\nexport class C<T> extends D { @e readonly f = `g` }'),
        fence('sh', '#!/bin/sh\nfor f in "$HOME"/*; do echo $f; done # g'),
        fence('yaml', 'title: Owls # a\nmenu: [1, true]'),
        fence('css', ':root { --accent: #9a4708; } @media print { a:hover { color: red } }'),
        fence('diff', '- a\n+ b'),
        fence('html', '<a href="b">c</a><!-- d -->'),
      ].join('\n\n'),
    )
    const used = new Set([...html.matchAll(/class="(hljs-[a-z_]+)/g)].map(([, name = '']) => name))
    const plain = [
      'hljs-params',
      'hljs-tag',
      'hljs-punctuation',
      'hljs-subst',
      'hljs-variable',
      'hljs-selector-pseudo',
      'hljs-function',
    ]

    expect([...used].filter((name) => !sheet.includes(`.${name}`) && !plain.includes(name))).toEqual([])
  })
})
