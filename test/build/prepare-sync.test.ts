import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { type PreparedSync, prepareSync, type SyncOptions } from '../../src/build/prepare-sync.ts'
import { scanFolder } from '../../src/build/scan-folder.ts'
import { ENTRY_TYPES } from '../../src/features/registry.ts'
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
  return prepareSync(scan, theme, { last: null, engine: 'engine', types: ENTRY_TYPES, ...options })
}

/** What the machine has after this folder was synced. */
async function syncedOnce(site: string) {
  const { write } = await prepare(site)
  if (write === null) throw new Error('An empty machine has nothing to get.')
  return write.after
}

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
