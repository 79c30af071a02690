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

/** How a file looks: size, both dates, device and inode. */
type Look = readonly [number, number, number, number, number]
const LOOK = 5

/** Files in three columns: a row each would take five times as long to read, and every build reads all. */
interface Known {
  readonly files: readonly string[]
  /** LOOK numbers a file. */
  readonly looks: Float64Array
  readonly hashes: readonly string[]
}

export function fileHashes(database: Database, now: () => number): FileHashes {
  const known = readKnown(database)
  const places = new Map(known.files.map((file, place) => [file, place]))
  const asked = new Uint8Array(known.files.length)
  /** By file that is not known: how it looked before it was read. */
  const looks = new Map<string, Look>()
  const fresh = new Map<string, string>()

  return {
    find(file) {
      const place = places.get(file)
      if (place !== undefined) asked[place] = 1
      const look = lookOf(file, now())
      if (look === null) return null
      if (place !== undefined && look.every((part, index) => part === known.looks[place * LOOK + index]))
        return known.hashes[place] ?? null
      looks.set(file, look)
      return null
    },
    keep(file, hash) {
      if (looks.has(file)) fresh.set(file, hash)
    },
    finish() {
      if (fresh.size === 0 && asked.every((isAsked) => isAsked === 1)) return
      const kept = known.files.flatMap((file, place): Kept[] =>
        asked[place] === 0 || fresh.has(file)
          ? []
          : [[file, [...known.looks.subarray(place * LOOK, (place + 1) * LOOK)], known.hashes[place] ?? '']],
      )
      for (const [file, hash] of fresh) kept.push([file, looks.get(file) ?? [], hash])
      writeKnown(database, kept)
    },
  }
}

type Kept = readonly [file: string, look: readonly number[], hash: string]

function readKnown(database: Database): Known {
  // `file_hashes` held them in databases made before.
  database.exec(`DROP TABLE IF EXISTS file_hashes;
    CREATE TABLE IF NOT EXISTS known_files (files TEXT NOT NULL, looks BLOB NOT NULL, hashes TEXT NOT NULL)`)
  const row = database.get('SELECT files, looks, hashes FROM known_files')
  if (row === undefined || !(row.looks instanceof Uint8Array)) return { files: [], looks: new Float64Array(), hashes: [] }
  const looks = new Float64Array(row.looks.slice().buffer)
  return { files: String(row.files).split('\0'), looks, hashes: String(row.hashes).split('\n') }
}

function writeKnown(database: Database, kept: readonly Kept[]): void {
  database.transactionSync(() => {
    database.run('DELETE FROM known_files')
    if (kept.length === 0) return
    const looks = new Uint8Array(Float64Array.from(kept.flatMap(([, look]) => look)).buffer)
    // No file's name has a zero byte.
    const files = kept.map(([file]) => file).join('\0')
    database.run(
      'INSERT INTO known_files (files, looks, hashes) VALUES (?, ?, ?)',
      files,
      looks,
      kept.map(([, , hash]) => hash).join('\n'),
    )
  })
}

/** Null where a look at the file doesn't tell its versions apart. */
function lookOf(file: string, nowMs: number): Look | null {
  const stats = statSync(file, { throwIfNoEntry: false })
  if (stats === undefined || nowMs - Math.max(stats.mtimeMs, stats.ctimeMs) < STEP_MS) return null
  return [stats.size, stats.mtimeMs, stats.ctimeMs, stats.dev, stats.ino]
}
