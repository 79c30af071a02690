import { readFileSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { OldFile } from './types.ts'

/** What generators make or fetch, and what belongs to Git. */
const SKIPPED = [
  '.git',
  'node_modules',
  '_site',
  '.jekyll-cache',
  '.sass-cache',
  '.hugo_build.lock',
  '.cache',
  'vendor',
  'bower_components',
]

/** All files of a folder, sorted by path; links are not followed, and what generators made is passed over. Each is read when it is asked for. */
export async function readOldFolder(folder: string, below = ''): Promise<readonly OldFile[]> {
  const entries = await readdir(join(folder, below), { withFileTypes: true })
  const found = await Promise.all(
    entries.map(async (entry): Promise<readonly OldFile[]> => {
      const path = below === '' ? entry.name : `${below}/${entry.name}`
      if (SKIPPED.includes(entry.name)) return []
      if (entry.isDirectory()) return readOldFolder(folder, path)
      if (!entry.isFile()) return []
      const file = join(folder, path)
      return [{ path, changed: (await stat(file)).mtime, read: () => readFileSync(file) }]
    }),
  )
  return found.flat().toSorted((a, b) => (a.path < b.path ? -1 : 1))
}
