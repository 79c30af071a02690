import { rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { asDrowseError, DrowseError } from '../errors/drowse-error.ts'
import { primaryCode } from '../errors/sqlite-code.ts'

/** Bumped whenever the tables change; an index of another version is begun anew. */
const VERSION = 3

// Doubt is stored for all keys at an unclean open rather than for a few before each publish, which would cost an fsync a write.
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS objects (
    key TEXT PRIMARY KEY, hash TEXT NOT NULL, headers TEXT NOT NULL, size INTEGER NOT NULL, type TEXT NOT NULL, cache TEXT NOT NULL,
    redirect TEXT, encoding TEXT, source TEXT, release INTEGER NOT NULL, doubtful INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS objects_by_release ON objects (release);
  CREATE INDEX IF NOT EXISTS objects_by_hash ON objects (hash);
  CREATE INDEX IF NOT EXISTS redirects ON objects (key) WHERE redirect IS NOT NULL;
  CREATE TABLE IF NOT EXISTS removed (key TEXT PRIMARY KEY, release INTEGER NOT NULL, due INTEGER) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS removed_by_release ON removed (release);
  CREATE INDEX IF NOT EXISTS removed_due ON removed (due) WHERE due IS NOT NULL;
  CREATE TABLE IF NOT EXISTS kept (hash TEXT PRIMARY KEY, due INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS kept_due ON kept (due);
  CREATE TABLE IF NOT EXISTS spent (release INTEGER PRIMARY KEY, due INTEGER NOT NULL, turns INTEGER NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS spent_due ON spent (due);
  CREATE TABLE IF NOT EXISTS bodies (number INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, bytes BLOB NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS meta (
    number INTEGER NOT NULL, outbox INTEGER NOT NULL, record_hash TEXT, source TEXT, snapshot INTEGER NOT NULL, purged INTEGER,
    id TEXT NOT NULL, clean INTEGER NOT NULL
  ) STRICT;
  INSERT INTO meta SELECT 0, 0, NULL, NULL, 0, NULL, lower(hex(randomblob(16))), 1 WHERE NOT EXISTS (SELECT 1 FROM meta);
  PRAGMA user_version = ${VERSION};
`

/** Opens the index's database. One that is damaged or of another version is begun anew. Throws `data-in-use` or `folder-unwritable`. */
export function openIndexDatabase(path: string): DatabaseSync {
  try {
    return openOnce(path) ?? reopened(path)
  } catch (error) {
    switch (primaryCode(error)) {
      case 5: // SQLITE_BUSY
        throw new DrowseError('data-in-use', `Another Drowse process is using the index ${path}.`, { cause: error })
      case 8: // SQLITE_READONLY
      case 14: // SQLITE_CANTOPEN
        throw new DrowseError('folder-unwritable', `The index ${path} can’t be opened for writing.`, { cause: error })
      case 11: // SQLITE_CORRUPT
      case 26: // SQLITE_NOTADB
        return reopened(path)
      default:
        throw indexError(error)
    }
  }
}

/** Null for an index of another version. */
function openOnce(path: string): DatabaseSync | null {
  const db = new DatabaseSync(path)
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    const version = db.prepare('PRAGMA user_version').get()?.user_version
    const isEmpty = db.prepare('SELECT 1 FROM sqlite_schema').get() === undefined
    if (version !== VERSION && !isEmpty) {
      db.close()
      return null
    }
    db.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT`)
    return db
  } catch (error) {
    if (db.isOpen) db.close()
    throw error
  }
}

function reopened(path: string): DatabaseSync {
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
  const db = openOnce(path)
  if (db === null) throw new DrowseError('internal', `The index ${path} could not be begun anew.`)
  return db
}

/** All of `body` or nothing. Throws `store-failed` when the disk does not take it. */
export function transaction(db: DatabaseSync, body: () => void): void {
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
