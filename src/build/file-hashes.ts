import { statSync } from 'node:fs'
import type { Database } from '../model/database.ts'

/** What files hashed to when they were read, so that one that looks untouched need not be read again. */
export interface FileHashes {
  /** The file's SHA-256 if its size, its dates and its place on the disk are what they were; else null, and its hash is to be kept. */
  find(file: string): string | null
  keep(file: string, hash: string): void
  /** Ends a pass over all files: those not asked for are forgotten. */
  finish(): void
}

/** File systems tell times in steps of up to two seconds: a file that was changed as late as that before it was read may have been changed again since. */
const STEP_MS = 2_000

/** Knows nothing and keeps nothing. */
export const NO_HASHES: FileHashes = { find: () => null, keep: () => {}, finish: () => {} }

export function fileHashes(database: Database, now: () => number): FileHashes {
  database.exec(
    'CREATE TABLE IF NOT EXISTS file_hashes (file TEXT PRIMARY KEY, look TEXT NOT NULL, hash TEXT NOT NULL) WITHOUT ROWID',
  )
  const known = new Map(database.all('SELECT file, look, hash FROM file_hashes').map((row) => [String(row.file), row] as const))
  const asked = new Set<string>()
  /** By file: how it looked before it was read. */
  const looks = new Map<string, string>()
  const fresh = new Map<string, string>()

  return {
    find(file) {
      asked.add(file)
      const look = lookOf(file, now())
      const before = known.get(file)
      if (look !== null && before?.look === look) return String(before.hash)
      if (look !== null) looks.set(file, look)
      return null
    },
    keep(file, hash) {
      if (looks.has(file)) fresh.set(file, hash)
    },
    finish() {
      const gone = [...known.keys()].filter((file) => !asked.has(file))
      if (gone.length === 0 && fresh.size === 0) return
      database.transactionSync(() => {
        for (const file of gone) database.run('DELETE FROM file_hashes WHERE file = ?', file)
        for (const [file, hash] of fresh)
          database.run(
            'INSERT OR REPLACE INTO file_hashes (file, look, hash) VALUES (?, ?, ?)',
            file,
            looks.get(file) ?? '',
            hash,
          )
      })
    },
  }
}

/** Null where a look at the file doesn't tell its versions apart. */
function lookOf(file: string, nowMs: number): string | null {
  const stats = statSync(file, { throwIfNoEntry: false })
  if (stats === undefined || nowMs - Math.max(stats.mtimeMs, stats.ctimeMs) < STEP_MS) return null
  return `${stats.size} ${stats.mtimeMs} ${stats.ctimeMs} ${stats.dev} ${stats.ino}`
}
