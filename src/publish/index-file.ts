import { rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import * as v from 'valibot'
import { asDrowseError, DrowseError } from '../errors/drowse-error.ts'
import type { ObjectInfo } from '../protocol/types.ts'
import type { ReleaseRecord } from './release-record.ts'

/** How far the index has come. */
export interface IndexState {
  readonly number: number
  readonly outbox: number
  /** Of the last record; null before the first. */
  readonly recordHash: string | null
}

/** What is published, by key, in a local file: a cache of the release records. */
export interface Index {
  /** Made at random with the file; tells its publisher from others. */
  readonly id: string
  state(): IndexState
  get(key: string): ObjectInfo | null
  /** False where the store may hold other bytes than the record says, because a process died while it was publishing. */
  isCertain(key: string): boolean
  count(): number
  /** Adds a release. `certain`: this process has just put its objects itself. */
  add(record: ReleaseRecord, certain: boolean): void
  /** Notes the newest outbox number, and the keys that this process has just put again. */
  settle(outbox: number, certain: readonly string[]): void
  /** Never throws: doubt that can't be stored is kept until the index is closed, which then says so. */
  doubt(keys: readonly string[]): void
  /** The newest release that caches were told of; null where that is not known. */
  purged(): number | null
  setPurged(number: number): void
  /** Notes keys that are no longer part of the site and stay in the store for a while, with the time in milliseconds since 1970. */
  leave(keys: readonly string[], now: number): void
  /** Those that were left before that time, published again or not. */
  leftBefore(time: number): readonly string[]
  isLeft(key: string): boolean
  forgetLeft(keys: readonly string[]): void
  clear(): void
  close(): void
}

// Doubt is stored for all keys at an unclean open rather than for a few before each publish, which would cost an fsync a write.
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS objects (
    key TEXT PRIMARY KEY, hash TEXT NOT NULL, size INTEGER NOT NULL, type TEXT NOT NULL, cache TEXT NOT NULL,
    release INTEGER NOT NULL, doubtful INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS meta (number INTEGER NOT NULL, outbox INTEGER NOT NULL, record_hash TEXT, clean INTEGER NOT NULL) STRICT;
  INSERT INTO meta SELECT 0, 0, NULL, 1 WHERE NOT EXISTS (SELECT 1 FROM meta);
  CREATE TABLE IF NOT EXISTS leftovers (key TEXT PRIMARY KEY, since INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS publisher (id TEXT NOT NULL, purged INTEGER) STRICT;
  INSERT INTO publisher SELECT lower(hex(randomblob(16))), NULL WHERE NOT EXISTS (SELECT 1 FROM publisher);
`

const objectRow = v.pipe(
  v.object({
    key: v.string(),
    hash: v.string(),
    size: v.number(),
    type: v.string(),
    cache: v.picklist(['immutable', 'page']),
  }),
  v.transform(({ key, hash, size, type, cache }): ObjectInfo => ({ key, hash, sizeBytes: size, contentType: type, cache })),
)
const metaRow = v.object({ number: v.number(), outbox: v.number(), record_hash: v.nullable(v.string()), clean: v.number() })
const publisherRow = v.object({ id: v.string(), purged: v.nullable(v.number()) })
const leftRow = v.object({ key: v.string() })
const countRow = v.object({ count: v.number() })

/** Opens the index at `path`; one that is damaged is begun anew. Throws `data-in-use` or `folder-unwritable`. */
export function openIndex(path: string): Index {
  const db = openDatabase(path)
  const get = db.prepare('SELECT key, hash, size, type, cache FROM objects WHERE key = ?')
  const isDoubtful = db.prepare('SELECT 1 FROM objects WHERE key = ? AND doubtful = 1')
  const count = db.prepare('SELECT count(*) AS count FROM objects')
  const meta = db.prepare('SELECT number, outbox, record_hash, clean FROM meta')
  const publisher = db.prepare('SELECT id, purged FROM publisher')
  const setPurged = db.prepare('UPDATE publisher SET purged = ?')
  const put = db.prepare(
    'INSERT OR REPLACE INTO objects (key, hash, size, type, cache, release, doubtful) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const drop = db.prepare('DELETE FROM objects WHERE key = ?')
  const advance = db.prepare('UPDATE meta SET number = ?, outbox = ?, record_hash = ?')
  const setOutbox = db.prepare('UPDATE meta SET outbox = max(outbox, ?)')
  const setDoubtful = db.prepare('UPDATE objects SET doubtful = 1 WHERE key = ?')
  const setCertain = db.prepare('UPDATE objects SET doubtful = 0 WHERE key = ?')
  const leave = db.prepare('INSERT OR REPLACE INTO leftovers (key, since) VALUES (?, ?)')
  const leftBefore = db.prepare('SELECT key FROM leftovers WHERE since < ?')
  const isLeft = db.prepare('SELECT 1 FROM leftovers WHERE key = ?')
  const forgetLeft = db.prepare('DELETE FROM leftovers WHERE key = ?')
  // Keys whose doubt could not be stored, say on a full disk.
  const doubted = new Set<string>()

  if (v.parse(metaRow, meta.get()).clean === 0) db.exec('UPDATE objects SET doubtful = 1')
  db.exec('UPDATE meta SET clean = 0; PRAGMA synchronous = NORMAL')

  return {
    id: v.parse(publisherRow, publisher.get()).id,
    state() {
      const { number, outbox, record_hash } = v.parse(metaRow, meta.get())
      return { number, outbox, recordHash: record_hash }
    },
    get(key) {
      const row = get.get(key)
      return row === undefined ? null : v.parse(objectRow, row)
    },
    isCertain: (key) => !doubted.has(key) && isDoubtful.get(key) === undefined,
    count: () => v.parse(countRow, count.get()).count,
    add({ release, hash }, certain) {
      transaction(db, () => {
        for (const { key, hash: objectHash, sizeBytes, contentType, cache } of release.changed) {
          put.run(key, objectHash, sizeBytes, contentType, cache, release.number, certain ? 0 : 1)
        }
        for (const key of release.removed) drop.run(key)
        advance.run(release.number, release.outbox, hash)
      })
      if (certain) for (const { key } of release.changed) doubted.delete(key)
    },
    settle(outbox, certain) {
      if (v.parse(metaRow, meta.get()).outbox === outbox && certain.length === 0) return
      transaction(db, () => {
        setOutbox.run(outbox)
        for (const key of certain) setCertain.run(key)
      })
      for (const key of certain) doubted.delete(key)
    },
    doubt(keys) {
      for (const key of keys) doubted.add(key)
      try {
        transaction(db, () => {
          for (const key of keys) setDoubtful.run(key)
        })
        for (const key of keys) doubted.delete(key)
      } catch {
        // They stay in `doubted`.
      }
    },
    purged: () => v.parse(publisherRow, publisher.get()).purged,
    setPurged(number) {
      setPurged.run(number)
    },
    leave(keys, now) {
      if (keys.length === 0) return
      transaction(db, () => {
        for (const key of keys) leave.run(key, now)
      })
    },
    leftBefore: (time) => leftBefore.all(time).map((row) => v.parse(leftRow, row).key),
    isLeft: (key) => isLeft.get(key) !== undefined,
    forgetLeft(keys) {
      if (keys.length === 0) return
      transaction(db, () => {
        for (const key of keys) forgetLeft.run(key)
      })
    },
    clear: () =>
      db.exec(
        'BEGIN; DELETE FROM objects; DELETE FROM leftovers; UPDATE meta SET number = 0, outbox = 0, record_hash = NULL; UPDATE publisher SET purged = NULL; COMMIT',
      ),
    close() {
      db.exec('PRAGMA synchronous = FULL')
      if (doubted.size === 0) db.exec('UPDATE meta SET clean = 1')
      db.close()
    },
  }
}

function openDatabase(path: string): DatabaseSync {
  try {
    return openOnce(path)
  } catch (error) {
    switch (primaryCode(error)) {
      case 5: // SQLITE_BUSY
        throw new DrowseError('data-in-use', `Another Drowse process is using the index ${path}.`, { cause: error })
      case 8: // SQLITE_READONLY
      case 14: // SQLITE_CANTOPEN
        throw new DrowseError('folder-unwritable', `The index ${path} can’t be opened for writing.`, { cause: error })
      case 11: // SQLITE_CORRUPT
      case 26: // SQLITE_NOTADB
        for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
        return openOnce(path)
      default:
        throw indexError(error)
    }
  }
}

function openOnce(path: string): DatabaseSync {
  const db = new DatabaseSync(path)
  try {
    db.exec(`PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; BEGIN; ${SCHEMA} COMMIT`)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

function transaction(db: DatabaseSync, body: () => void): void {
  try {
    db.exec('BEGIN')
    body()
    db.exec('COMMIT')
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw indexError(error)
  }
}

function indexError(error: unknown): DrowseError {
  if (primaryCode(error) === null) return asDrowseError(error)
  const message = error instanceof Error ? error.message : String(error)
  return new DrowseError('store-failed', `The index of what is published could not be written: ${message}.`, {
    hint: 'Make room on the disk that holds the data folder; what was accepted is kept and published then.',
    cause: error,
  })
}

function primaryCode(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return null
  return error.errcode & 0xff
}
