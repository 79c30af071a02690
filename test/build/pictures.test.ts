import { existsSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, describe, expect, test } from 'vitest'
import { picturesDir } from '../../src/build/pictures.ts'
import { prepareSync } from '../../src/build/prepare-sync.ts'
import { scanFolder } from '../../src/build/scan-folder.ts'
import { ENTRY_TYPES } from '../../src/features/registry.ts'
import type { Json } from '../../src/protocol/types.ts'
import { newFolder, openGuest, writeOf } from '../guest/running-guest.ts'
import { themeOf } from '../guest/themes.ts'
import { buildSite, filesIn, siteFolder, writeFiles } from './site-folder.ts'

const CONFIG = 'title: A site\nurl: https://example.org\n'
const PICTURES = '![A pier](pier.jpg)\n\n![A hill](/media/hill.png "High")\n\n![Small](dot.png)\n\n![Drawn](drawn.svg)\n'
const post = (text: string, more = '') => `---\ntitle: Pictures\ndate: 2024-01-01\n${more}---\n\n${text}\n`
const DRAWN = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 200"><path d="M0 0"/></svg>'

/** A picture of this size with something in it. */
function picture(width: number, height: number, background: string) {
  return sharp({ create: { width, height, channels: 3, background } })
}

let site: Readonly<Record<string, string | Uint8Array>>
beforeAll(async () => {
  site = {
    'site.yaml': CONFIG,
    'content/posts/pictures.md': post(PICTURES, 'image: pier.jpg\nimageAlt: Pier\n'),
    // Held sideways, as a camera notes it: 600 wide and 1000 high once it is upright.
    'content/posts/pier.jpg': await picture(1000, 600, '#36c').jpeg().withMetadata({ orientation: 6 }).toBuffer(),
    'content/posts/dot.png': await picture(16, 16, '#c33').png().toBuffer(),
    'content/posts/drawn.svg': DRAWN,
    'media/hill.png': await picture(1300, 400, '#3c6').png().toBuffer(),
  }
})

async function build(files = site) {
  const [dir, out] = [siteFolder(files), newFolder('out')]
  const { problems } = await buildSite(dir, out)
  const html = filesIn(out)['posts/pictures/index.html'] ?? ''
  return { dir, out, problems, html, body: html.slice(html.indexOf('e-content')) }
}

describe('A picture of the site', () => {
  test('has its size, AVIF and WebP at several widths, and itself for the rest', async () => {
    const { body, problems } = await build()
    const [pier = '', hill = ''] = body.match(/<picture>.*?<\/picture>/gs) ?? []
    const srcset = (type: string) => new RegExp(`<source type="image/${type}" srcset="([^"]*)" sizes="[^"]+">`).exec(hill)?.[1]

    expect(problems).toEqual([])
    expect(pier).toMatch(/<img src="\/posts\/pier.jpg" width="600" height="1000" alt="A pier" decoding="async"><\/picture>$/)
    expect(hill).toMatch(/width="1300" height="400" alt="A hill" title="High" loading="lazy" decoding="async"/)
    expect(srcset('avif')).toMatch(
      /^\/assets\/media\/hill\.png-480w\.[0-9a-f]{8}\.avif 480w, \S+-800w\S+ 800w, \S+-1200w\S+ 1200w, \S+-1300w\S+ 1300w$/,
    )
    expect(srcset('webp')?.split(', ').length).toBe(4)
  })

  test('is published in those versions, which are what they are called, upright and without what a camera notes', async () => {
    const { out } = await build()
    const named = readdirSync(join(out, 'assets/posts')).filter((name) => name.startsWith('pier'))
    const versions = named.toSorted((a, b) => (a.replace(/\.[0-9a-f]{8}/, '') < b.replace(/\.[0-9a-f]{8}/, '') ? -1 : 1))
    const found = await Promise.all(versions.map((name) => sharp(join(out, 'assets/posts', name)).metadata()))

    expect(found.map(({ format, compression, width, height, exif }) => [compression ?? format, width, height, exif])).toEqual([
      ['av1', 480, 800, undefined],
      ['webp', 480, 800, undefined],
      ['av1', 600, 1000, undefined],
      ['webp', 600, 1000, undefined],
    ])
  })

  test('that is small or drawn keeps its file and has its size', async () => {
    const { body } = await build()

    expect(body).toContain('<img src="/posts/dot.png" width="16" height="16" alt="Small"')
    expect(body).toContain('<img src="/posts/drawn.svg" width="300" height="200" alt="Drawn"')
  })

  test('in the front matter is found beside the file, and shown in its versions too', async () => {
    const { html } = await build()

    expect(html).toMatch(
      /<picture><source type="image\/avif"[^>]*>.*<img class="entry-picture u-featured" src="\/posts\/pier.jpg" alt="Pier" width="600"/,
    )
    expect(html).toContain('<meta property="og:image" content="https://example.org/posts/pier.jpg">')
  })

  test('that can’t be read is told with the file and line that show it, and the page is built', async () => {
    const whole = site['media/hill.png'] as Uint8Array
    const { problems, body } = await build({
      ...site,
      'media/hill.png': whole.subarray(0, 400),
      'content/posts/dot.png': 'no picture',
    })

    expect(problems.map(({ where, line, rule, severity }) => [where, line, rule, severity])).toEqual([
      ['content/posts/pictures.md', 10, 'links/unreadable-image', 'warning'],
      ['content/posts/pictures.md', 12, 'links/unreadable-image', 'warning'],
    ])
    expect(body).toContain('<img src="/media/hill.png" alt="A hill"')
  })

  test('stays as it is where site.yaml says so, and gets its versions when that is taken back', async () => {
    const [dir, out] = [siteFolder(site), newFolder('out')]
    const cacheFile = join(dir, '.drowse/build.db')
    await buildSite(dir, out, { cacheFile })
    const whole = filesIn(out)
    writeFiles(dir, { 'site.yaml': `${CONFIG}pictures: false\n` })
    await buildSite(dir, out, { cacheFile })
    expect(filesIn(out)['posts/pictures/index.html']).not.toContain('<picture>')
    expect(existsSync(join(out, 'assets/media'))).toBe(false)
    writeFiles(dir, { 'site.yaml': CONFIG })

    await buildSite(dir, out, { cacheFile })

    expect(filesIn(out)).toEqual(whole)
  })
})

describe('The machine', () => {
  test('gets a picture’s versions with the folder, encodes nothing, and publishes the same bytes', async () => {
    const { dir, out } = await build()
    const scan = await scanFolder(dir, ENTRY_TYPES)
    const theme = await themeOf('plain')
    const options = { engine: 'engine', types: ENTRY_TYPES, picturesDir: picturesDir(dir) }
    const sync = (await prepareSync(scan, theme, { ...options, last: null })).write
    if (sync === null) throw new Error('Nothing to send.')
    const { write } = writeOf('site.sync', sync.payload as unknown as Json)

    const { objects, receipts } = await openGuest().apply([
      { write: { ...write, blobs: [...sync.blobs.keys()] }, blobs: sync.blobs },
    ])

    expect(receipts).toMatchObject([{ status: 'applied' }])
    const sent = [...objects].map(([key, { bytes }]) => [key, Buffer.from(bytes).toString('latin1')] as const)
    expect(Object.fromEntries(sent.toSorted())).toEqual(expect.objectContaining(onlyPages(filesIn(out))))
    expect([...objects.keys()].filter((key) => /^assets\/(?:media|posts)/.test(key)).length).toBe(12)
    expect((await prepareSync(scan, theme, { ...options, last: sync.after })).write).toBeNull()
  })
})

/** What a theme's stylesheet is called is another matter. */
function onlyPages(files: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(files).filter(([key]) => /^(?:posts|media|assets\/(?:media|posts))\//.test(key)))
}

describe('Encoding', () => {
  test('is kept by the picture’s bytes: a build without a cache does not do it again', async () => {
    const [dir, out] = [siteFolder(site), newFolder('out')]
    await buildSite(dir, out)
    const kept = join(dir, '.drowse/pictures')
    for (const name of readdirSync(kept)) if (!name.endsWith('.json')) writeFileSync(join(kept, name), 'As kept.')

    const again = newFolder('out')
    await buildSite(dir, again)

    const versions = Object.entries(filesIn(again)).filter(([key]) => /^assets\/(?:media|posts)\//.test(key))
    expect(new Set(versions.map(([, bytes]) => bytes))).toEqual(new Set(['As kept.']))
  })

  test('is forgotten a month after it was made, once no picture of the site has it', async () => {
    const [dir, out] = [siteFolder(site), newFolder('out')]
    await buildSite(dir, out)
    const kept = join(dir, '.drowse/pictures')
    const used = readdirSync(kept)
    const ages = { 'long ago': new Date(Date.now() - 31 * 86_400_000), 'last week': new Date(Date.now() - 7 * 86_400_000) }
    for (const [name, time] of Object.entries(ages)) {
      writeFileSync(join(kept, name), 'Of a picture that is gone.')
      utimesSync(join(kept, name), time, time)
    }
    for (const name of used) utimesSync(join(kept, name), ages['long ago'], ages['long ago'])

    await buildSite(dir, out)

    expect(readdirSync(kept).toSorted()).toEqual([...used, 'last week'].toSorted())
  })

  test('is done again where what was kept is gone', async () => {
    const [dir, out] = [siteFolder(site), newFolder('out')]
    const cacheFile = join(dir, '.drowse/build.db')
    await buildSite(dir, out, { cacheFile })
    const whole = filesIn(out)
    for (const lost of [join(dir, '.drowse/pictures'), join(out, 'assets/media')]) rmSync(lost, { recursive: true })

    await buildSite(dir, out, { cacheFile })

    expect(filesIn(out)).toEqual(whole)
  })

  test('of a picture that is gone is gone with it', async () => {
    const [dir, out] = [siteFolder(site), newFolder('out')]
    const cacheFile = join(dir, '.drowse/build.db')
    await buildSite(dir, out, { cacheFile })
    writeFiles(dir, { 'media/hill.png': null })

    const { problems } = await buildSite(dir, out, { cacheFile })

    expect(existsSync(join(out, 'assets/media'))).toBe(false)
    expect(problems).toEqual([expect.objectContaining({ rule: 'links/missing-image', line: 10 })])
  })
})
