import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drowse } from './product.ts'

const OLD = fileURLToPath(new URL('../fixtures/import/', import.meta.url))
const root = realpathSync(mkdtempSync(join(tmpdir(), 'drowse-import-')))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const file = (...path: readonly string[]) => readFileSync(join(root, ...path), 'utf8')
const filesIn = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(root, folder).length + 1))
    .sort()

interface Told {
  readonly where: string
  readonly line?: number
  readonly rule: string
  readonly message: string
}
const told = (
  stdout: string,
): { counts: Record<string, number>; problems: Told[]; changed: Told[]; written: string[]; same: number } => JSON.parse(stdout)
const places = (all: readonly Told[]) => all.map(({ where, line, rule }) => `${where}:${line} ${rule}`)

describe('an import from Jekyll', () => {
  let result: ReturnType<typeof told>
  beforeAll(async () => {
    const { stdout } = await drowse(['import', join(OLD, 'jekyll'), '--to', join(root, 'jekyll'), '--json'])
    result = told(stdout)
  })

  it('takes posts, pages, drafts, pictures and what the settings say', () => {
    expect(result.counts).toEqual({ posts: 3, pages: 1, drafts: 1, files: 1, aliases: 2 })
    expect(filesIn('jekyll')).toEqual([
      'content/about.md',
      'content/images/mill.png',
      'content/posts/2019/2019-04-05-first-walk.markdown',
      'content/posts/2020-01-02-second-walk.md',
      'content/posts/third-walk.md',
      'site.yaml',
    ])
    expect(file('jekyll/site.yaml')).toBe(
      'title: Owls and stones\nurl: https://owls.example\nlanguage: en-GB\ndescription: Walks at night.\nauthor: Ann Owl\n',
    )
  })

  it('keeps what the front matter says, the old addresses with it', () => {
    expect(file('jekyll/content/posts/2019/2019-04-05-first-walk.markdown').split('---')[1]).toBe(`
title: "First walk: the mill"
date: 2019-04-05T19:10:00.000Z
tags:
  - mill
  - water
  - walks
  - night
slug: first-walk
aliases:
  - /walks/night/2019/04/05/first-walk/
  - /old/first-walk/
rating: 4
`)
  })

  it('translates the tags that have an equal', () => {
    const text = file('jekyll/content/posts/2019/2019-04-05-first-walk.markdown')
    expect(text).toContain('[the second](/posts/second-walk/)')
    expect(text).toContain('```ruby\nputs "hoot"\n```')
    expect(text).toContain('![The mill](/images/mill.png)')
    expect(text).toContain('at annowl, or in First walk: the mill.')
    expect(text).toContain('\n{{ not.a.tag }}\n')
  })

  it('leaves every other tag in the text, and names its line', () => {
    expect(file('jekyll/content/posts/2019/2019-04-05-first-walk.markdown')).toContain('{% include map.html place="mill" %}')
    const post = '_posts/2019/2019-04-05-first-walk.markdown'
    expect(places(result.problems)).toEqual(expect.arrayContaining([`${post}:18 import/liquid`, `${post}:25 import/kramdown`]))
  })

  it('tells which file could not be read, and takes the others', async () => {
    expect(places(result.problems)).toContain('_posts/2020-02-02-broken.md:4 import/invalid-yaml')
    expect((await drowse(['import', join(OLD, 'jekyll'), '--to', join(root, 'again'), '--dry-run'])).code).toBe(1)
  })

  it('gives a site that builds', async () => {
    expect(await drowse(['build', join(root, 'jekyll')])).toMatchObject({ code: 0, stderr: '' })
    expect(file('jekyll/dist/about/index.html')).toContain('I walk.')
    expect(file('jekyll/dist/walks/second.html')).toContain('url=/posts/second-walk/')
    expect(file('jekyll/dist/images/mill.png')).toBe(readFileSync(join(OLD, 'jekyll/images/mill.png'), 'utf8'))
  })
})

describe('an import from Hugo', () => {
  let result: ReturnType<typeof told>
  beforeAll(async () => {
    const { stdout } = await drowse(['import', join(OLD, 'hugo'), '--to', join(root, 'hugo'), '--json'])
    result = told(stdout)
  })

  it('takes the main section as posts, what lies beside a text, and static files', () => {
    expect(filesIn('hugo')).toEqual([
      'content/docs/map.md',
      'content/img/granite.png',
      'content/posts/bundle/index.md',
      'content/posts/bundle/stone.png',
      'content/posts/granite.md',
      'site.yaml',
    ])
  })

  it('publishes posts by the pattern that most of them had', () => {
    expect(file('hugo/site.yaml')).toContain('permalinks:\n  post: /:year/:month/:slug/\n')
  })

  it('reads front matter in TOML and JSON', () => {
    expect(file('hugo/content/posts/granite.md').split('---')[1]).toBe(`
title: Granite
date: 2021-06-07T06:09:10.000Z
updated: 2021-07-01T00:00:00.000Z
tags:
  - hard
  - grey
  - Rock
slug: granite-stone
aliases:
  - /stones/1/
  - /blog/older
weight: 3
`)
    expect(file('hugo/content/docs/map.md')).toContain('title: The map\n')
  })

  it('translates the shortcodes that have an equal', () => {
    const text = file('hugo/content/posts/granite.md')
    expect(text).toContain(
      '<figure><img src="/img/granite.png" alt="A stone"><figcaption><h4>Granite</h4><p>Found in May</p></figcaption></figure>',
    )
    expect(text).toContain('[the other](/2021/01/bundle/) and [docs](/docs/map/#north)')
    expect(text).toContain('````go\nfmt.Println("```")\n````')
    expect(text).toContain('{{< shown >}}')
  })

  it('leaves every other shortcode in the text, and names its line', () => {
    expect(file('hugo/content/posts/granite.md')).toContain('{{< youtube abc123 >}}')
    expect(places(result.problems)).toContain('content/blog/granite.md:20 import/shortcode')
  })
})

describe('an import from Eleventy', () => {
  beforeAll(async () => {
    await drowse(['import', join(OLD, 'eleventy'), '--to', join(root, 'eleventy')])
  })

  it('reads the folders’ data files, and knows posts by their tag', () => {
    const [, front, body] = file('eleventy/content/posts/2022-03-04-rain.md').split('---')
    expect(front).toBe('\ntitle: Rain\ndate: 2022-03-04T00:00:00.000Z\ntags:\n  - weather\nslug: rain\n')
    expect(body).toContain('It rains on Rain. {{ collections.posts | size }} so far.')
    expect(body).toContain('![Rain](/img/rain.png)')
  })

  it('keeps the address that `permalink` gave', () => {
    expect(file('eleventy/content/posts/sun.md')).toContain('aliases:\n  - /weather/sun/\n')
  })
})

describe('an import from WordPress', () => {
  let result: ReturnType<typeof told>
  beforeAll(async () => {
    const { stdout } = await drowse(['import', join(OLD, 'wordpress.xml'), '--to', join(root, 'wordpress'), '--json'])
    result = told(stdout)
  })

  it('makes Markdown of a post’s HTML, and keeps what Markdown has no sign for', () => {
    expect(file('wordpress/content/posts/green-tea.md')).toBe(`---
title: Green tea
date: 2018-03-04T05:06:07.000Z
description: Short.
tags:
  - green
  - Drinks
author: Ann Leaf
image: /wp-content/uploads/leaf.png
---

First line\\
second line.

A **new** paragraph with <sup>2</sup> and [a link](/about/).

<figure><img src="/wp-content/uploads/leaf.png" alt="Leaf"><figcaption>A leaf</figcaption></figure>

- one
- two

\\[gallery ids="7,8"]

<iframe src="https://video.example/1"></iframe>
`)
  })

  it('takes a draft as a draft, out of blocks too', () => {
    expect(file('wordpress/content/posts/post-6.md')).toBe(
      '---\ntitle: Blocks\ndate: 2018-04-01T00:00:00.000Z\ndraft: true\nauthor: Ann Leaf\n---\n\nIn *blocks*.\n\n```\nlet tea = 1\n```\n',
    )
  })

  it('says what is not taken: comments, files, other kinds, shortcodes', () => {
    expect(places(result.problems)).toEqual([
      'wordpress.xml:undefined import/comments',
      'wordpress.xml:undefined import/files',
      'wordpress.xml:undefined import/kind',
      'wordpress.xml#5:26 import/shortcode',
    ])
  })

  it('gives a site that builds, once its pictures are where the report says', async () => {
    const uploads = join(root, 'wordpress/content/wp-content/uploads')
    cpSync(join(OLD, 'jekyll/images/mill.png'), join(uploads, 'leaf.png'))
    expect(await drowse(['build', join(root, 'wordpress')])).toMatchObject({ code: 0, stderr: '' })
    expect(file('wordpress/dist/2018/03/04/green-tea/index.html')).toContain('Green tea')
  })

  it.each([
    ['broken XML', '<rss><channel>\n</rss>', /broken\.xml:2: this XML is broken/],
    ['other XML', '<feed></feed>', /not an export of WordPress/],
    ['entities that grow', '<!DOCTYPE r [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><rss>&b;</rss>', /broken/],
  ])('refuses %s', async (_, xml, message) => {
    const path = join(root, 'broken.xml')
    writeFileSync(path, xml)
    const { code, stderr } = await drowse(['import', path, '--to', join(root, 'broken')])
    expect([code, stderr]).toEqual([1, expect.stringMatching(message)])
  })
})

describe('an import', () => {
  it('writes nothing on a dry run, and tells what it would write', async () => {
    const { stdout } = await drowse(['import', join(OLD, 'hugo'), '--to', join(root, 'dry'), '--dry-run', '--json'])
    expect(told(stdout).written).toContain('content/posts/granite.md')
    expect(readdirSync(root)).not.toContain('dry')
  })

  it('may be run twice, and overwrites nothing that was changed since', async () => {
    const to = join(root, 'twice')
    await drowse(['import', join(OLD, 'hugo'), '--to', to])
    writeFileSync(join(to, 'content/docs/map.md'), 'Mine now.')
    const { written, same, problems } = told((await drowse(['import', join(OLD, 'hugo'), '--to', to, '--json'])).stdout)
    expect([written, same]).toEqual([[], 4])
    expect(places(problems)).toContain('content/docs/map.md:undefined import/exists')
    expect(file('twice/content/docs/map.md')).toBe('Mine now.')
  })

  it('gives texts that want one address an address each', async () => {
    const old = join(root, 'clash')
    mkdirSync(join(old, 'a'), { recursive: true })
    writeFileSync(join(old, '2020-01-01-same.md'), '---\ntitle: One\n---\n')
    writeFileSync(join(old, '2021-01-01-same.md'), '---\ntitle: Two\n---\n')
    writeFileSync(join(old, 'a', 'x.md'), 'No title and no date.')
    await drowse(['import', old, '--to', join(root, 'clashed')])
    expect(await drowse(['build', join(root, 'clashed')])).toMatchObject({ code: 0, stderr: '' })
    expect(filesIn('clashed/dist/posts').filter((path) => /html$/.test(path))).toEqual(
      expect.arrayContaining(['2021-01-01-same/index.html', 'a/x/index.html', 'same/index.html']),
    )
  })

  it('refuses to write into the old site', async () => {
    const old = join(root, 'old')
    cpSync(join(OLD, 'hugo'), old, { recursive: true })
    const before = filesIn('old')
    expect((await drowse(['import', old, '--to', join(old, 'new')])).code).toBe(1)
    expect(filesIn('old')).toEqual(before)
  })
})
