import { rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { picturesDir } from '../../src/build/pictures.ts'
import { type PreparedSync, prepareSync, type SyncOptions } from '../../src/build/prepare-sync.ts'
import { scanFolder } from '../../src/build/scan-folder.ts'
import { ENTRY_TYPES } from '../../src/features/registry.ts'
import { MAX_BODY_BYTES } from '../../src/protocol/frames.ts'
import type { CompiledTheme } from '../../src/render/theme/types.ts'
import { themeOf } from '../guest/themes.ts'
import { siteFolder, writeFiles } from './site-folder.ts'

const CONFIG = 'title: A site\nurl: https://example.org\n'
const postOf = (title: string, ...lines: string[]) =>
  `---\n${[`title: ${title}`, 'date: 2024-01-01', ...lines].join('\n')}\n---\n`

let theme: CompiledTheme

beforeAll(async () => {
  theme = await themeOf('plain')
})

async function prepare(site: string, options: Partial<SyncOptions> = {}): Promise<PreparedSync> {
  const scan = await scanFolder(site, ENTRY_TYPES)
  return prepareSync(scan, theme, {
    last: null,
    engine: 'engine',
    types: ENTRY_TYPES,
    picturesDir: picturesDir(site),
    ...options,
  })
}

/** What the machine has after this folder was synced. */
async function syncedOnce(site: string) {
  const { write } = await prepare(site)
  if (write === null) throw new Error('An empty machine has nothing to get.')
  return write.after
}

const changedBy = ({ write }: PreparedSync) => write?.payload.changed.map(({ path }) => path)

describe('A folder that lost its content', () => {
  const posts = Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [`content/posts/${index}.md`, postOf(`Post ${index}`)]),
  )

  test('is refused, and goes on when it is forced', async () => {
    const site = siteFolder({ 'site.yaml': CONFIG, ...posts })
    const last = await syncedOnce(site)
    rmSync(join(site, 'content'), { recursive: true })

    await expect(prepare(site, { last })).rejects.toMatchObject({
      code: 'release-refused',
      message: expect.stringContaining('20 of the 21 files'),
      hint: expect.stringContaining('--force'),
    })
    expect((await prepare(site, { last, force: true })).write?.payload.removed).toHaveLength(20)
  })

  test('may lose a fifth of it', async () => {
    const site = siteFolder({ 'site.yaml': CONFIG, ...posts })
    const last = await syncedOnce(site)
    writeFiles(
      site,
      Object.fromEntries(
        Object.keys(posts)
          .slice(0, 4)
          .map((path) => [path, null]),
      ),
    )

    expect((await prepare(site, { last })).write?.payload.removed).toHaveLength(4)
  })
})

describe('Two files at one path', () => {
  const [a, b] = ['content/posts/a.md', 'content/posts/b.md']

  test('leave the later one behind, and the others go', async () => {
    const site = siteFolder({ 'site.yaml': CONFIG, [a]: postOf('A', 'slug: twin'), [b]: postOf('B', 'slug: twin') })

    const sync = await prepare(site)

    expect(changedBy(sync)).toEqual(['site.yaml', a])
    expect(sync.problems).toMatchObject([{ where: b, rule: 'content/duplicate-path' }])
  })

  test('are found when only one of them is new, which may take the place of the other', async () => {
    const site = siteFolder({ 'site.yaml': CONFIG, [b]: postOf('B', 'slug: twin'), 'media/hill.txt': 'A hill' })
    const last = await syncedOnce(site)
    writeFiles(site, { [a]: postOf('A', 'slug: twin'), 'content/media/hill.txt': 'Another' })

    const sync = await prepare(site, { last })

    expect(changedBy(sync)).toEqual([a, 'content/media/hill.txt'])
    expect(sync.write?.payload.removed).toEqual([b, 'media/hill.txt'])
    expect(sync.problems.map(({ where }) => where)).toEqual([b, 'media/hill.txt'])
  })

  test('come back once the first is gone', async () => {
    const site = siteFolder({ 'site.yaml': CONFIG, [a]: postOf('A', 'slug: twin'), [b]: postOf('B', 'slug: twin') })
    const last = await syncedOnce(site)
    expect((await prepare(site, { last })).write).toBeNull()
    writeFiles(site, { [a]: null })

    const { write, problems } = await prepare(site, { last })

    expect(problems).toEqual([])
    expect(write?.payload).toMatchObject({ changed: [{ path: b }], removed: [a] })
  })
})

describe('Another parser', () => {
  test('has every file read for faults but sends site.yaml alone', async () => {
    const [fine, slip] = ['content/posts/fine.md', 'content/posts/slip.md']
    const site = siteFolder({ 'site.yaml': CONFIG, [fine]: postOf('Fine'), [slip]: postOf('Slip', 'tag: red') })
    const last = await syncedOnce(site)
    writeFiles(site, { 'site.yaml': `${CONFIG}parser: remark\n` })

    const sync = await prepare(site, { last })

    expect(changedBy(sync)).toEqual(['site.yaml'])
    expect(sync.problems).toMatchObject([{ where: slip, rule: 'front-matter/unknown-key' }])
  })
})

test('A file that no message could carry stays behind and is named', async () => {
  const site = siteFolder({ 'site.yaml': CONFIG, 'media/film.bin': '' })
  truncateSync(join(site, 'media/film.bin'), MAX_BODY_BYTES + 1)

  const sync = await prepare(site)

  expect(changedBy(sync)).toEqual(['site.yaml'])
  expect(sync.problems).toMatchObject([{ where: 'media/film.bin', rule: 'sync/file-too-large', severity: 'error' }])
})
