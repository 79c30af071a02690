import * as v from 'valibot'
import { openIndexDatabase, transaction } from './index-database.ts'
import type { ReleaseRecord, Snapshot } from './release-record.ts'
import type { ManifestEntry, Release, ReleaseSource } from './types.ts'

/** How far the index has come. */
export interface IndexState {
  readonly number: number
  readonly outbox: number
  /** Of the last record; null before the first. */
  readonly recordHash: string | null
  readonly source: ReleaseSource | null
  /** The release up to which snapshots were written. */
  readonly snapshot: number
}

/** What may leave the store now. */
export interface Due {
  readonly keys: readonly string[]
  /** Of bytes that were kept for a rollback. */
  readonly hashes: readonly string[]
  /** Releases that nobody goes back to any more. */
  readonly spent: readonly SpentRelease[]
}

export interface SpentRelease {
  readonly release: number
  /** How many claims of it there may be. */
  readonly turns: number
  /** Whether a snapshot says what its record says. */
  readonly isFolded: boolean
}

/** When things may leave the store, milliseconds since 1970. */
export interface DueTimes {
  key(key: string): number
  readonly bytes: number
  /** Of a release's record and claims. */
  readonly spent: number
  /** What of a release's replaced bytes was copied. */
  copied(release: Pick<Release, 'changed' | 'was'>): readonly ManifestEntry[]
}

/** What is published, by key, in a local file: a cache of the release records. */
export interface Index {
  /** Made at random with the file; tells its publisher from others. */
  readonly id: string
  state(): IndexState
  get(key: string): ManifestEntry | null
  /** False where the store may hold other bytes than the record says, because a process died while it was publishing. */
  isCertain(key: string): boolean
  /** Objects without their compressed siblings. */
  count(): number
  all(): Iterable<ManifestEntry>
  redirects(): Iterable<ManifestEntry>
  /** A published key with these bytes. */
  withHash(hash: string): ManifestEntry | null
  /** Whether bytes that were replaced are known to be kept. */
  keeps(hash: string): boolean
  /** Adds a release. `certain`: this process has just put its objects itself. `turns`: how often it was claimed, if that is known. */
  add(record: ReleaseRecord, certain: boolean, due: DueTimes, turns?: number): void
  addSnapshot(snapshot: Snapshot, due: DueTimes): void
  /** What changed after one release up to another, as far as it was not changed again later. */
  between(after: number, to: number): Pick<Snapshot, 'changed' | 'removed'>
  setSnapshot(number: number): void
  /** Notes that just these bytes lie in the store for a rollback, and the records and claims of these releases. */
  resetKept(hashes: readonly string[], due: number, releases: Iterable<number>, spent: number): void
  /** The bytes of a small object that was published from here lately. */
  body(hash: string): Uint8Array | null
  /** Keeps the bytes of small objects at hand, in place of older ones. */
  addBodies(bodies: ReadonlyMap<string, Uint8Array>): void
  /** Notes the newest outbox number, and the keys that this process has just put again. */
  settle(outbox: number, certain: readonly string[]): void
  /** Never throws: doubt that can't be stored is kept until the index is closed, which then says so. */
  doubt(keys: readonly string[]): void
  due(now: number, limit: number): Due
  /** What was due has left the store. */
  forget(due: Partial<Due>): void
  /** Whether a key that is no longer part of the site may still be in the store. */
  isLeaving(key: string): boolean
  /** Of the keys that are leaving those in the folder of this name. */
  leavingUnder(folder: string): readonly string[]
  /** Keys that are not part of the site and may be in the store: they leave it with what is due. */
  noteStray(keys: readonly string[]): void
  /** The newest release that caches were told of; null where that is not known. */
  purged(): number | null
  setPurged(number: number): void
  clear(): void
  close(): void
}

const entryRow = v.pipe(
  v.object({
    key: v.string(),
    hash: v.string(),
    headers: v.string(),
    size: v.number(),
    type: v.string(),
    cache: v.picklist(['immutable', 'page']),
    redirect: v.nullable(v.string()),
    encoding: v.nullable(v.picklist(['br', 'gzip'])),
    source: v.nullable(v.string()),
  }),
  v.transform(
    ({ size, type, redirect, encoding, source, ...rest }): ManifestEntry => ({
      ...rest,
      sizeBytes: size,
      contentType: type,
      ...(redirect === null ? {} : { redirect }),
      ...(encoding === null ? {} : { encoding }),
      ...(source === null ? {} : { source }),
    }),
  ),
)
const metaRow = v.object({
  number: v.number(),
  outbox: v.number(),
  record_hash: v.nullable(v.string()),
  source: v.nullable(v.picklist(['machine', 'folder'])),
  snapshot: v.number(),
  purged: v.nullable(v.number()),
  id: v.string(),
  clean: v.number(),
})
const countRow = v.object({ count: v.number() })
const keyRow = v.object({ key: v.string() })
const hashRow = v.object({ hash: v.string() })
const spentRow = v.pipe(
  v.object({ release: v.number(), turns: v.number(), folded: v.number() }),
  v.transform(({ release, turns, folded }): SpentRelease => ({ release, turns, isFolded: folded === 1 })),
)
const bodyRow = v.object({ bytes: v.instance(Uint8Array) })
const sizeRow = v.object({ size: v.nullable(v.number()) })

/** Takeovers of a release that somebody else made: more are hardly ever needed, and what is left over is found when the index is rebuilt. */
const TURNS_UNKNOWN = 3
/** All bytes that are kept at hand. */
const BODIES_BYTES = 64 * 1024 * 1024
const BODIES_AT_ONCE = 100

const ENTRY = 'key, hash, headers, size, type, cache, redirect, encoding, source'
const ROWS_AT_ONCE = 1000

/** Opens the index at `path`; one that is damaged is begun anew. Throws `data-in-use` or `folder-unwritable`. */
export function openIndex(path: string): Index {
  const db = openIndexDatabase(path)
  const get = db.prepare(`SELECT ${ENTRY} FROM objects WHERE key = ?`)
  const page = db.prepare(`SELECT ${ENTRY} FROM objects WHERE key > ? ORDER BY key LIMIT ${ROWS_AT_ONCE}`)
  const redirects = db.prepare(`SELECT ${ENTRY} FROM objects WHERE redirect IS NOT NULL ORDER BY key`)
  const byHash = db.prepare(`SELECT ${ENTRY} FROM objects WHERE hash = ? AND doubtful = 0 LIMIT 1`)
  const isDoubtful = db.prepare('SELECT 1 FROM objects WHERE key = ? AND doubtful = 1')
  const count = db.prepare('SELECT count(*) AS count FROM objects WHERE encoding IS NULL')
  const meta = db.prepare('SELECT number, outbox, record_hash, source, snapshot, purged, id, clean FROM meta')
  const put = db.prepare(`INSERT OR REPLACE INTO objects (${ENTRY}, release, doubtful) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  const drop = db.prepare('DELETE FROM objects WHERE key = ?')
  const noteRemoved = db.prepare('INSERT OR REPLACE INTO removed (key, release, due) VALUES (?, ?, ?)')
  const unnoteRemoved = db.prepare('DELETE FROM removed WHERE key = ?')
  const isLeaving = db.prepare('SELECT 1 FROM removed WHERE key = ? AND due IS NOT NULL')
  // `0` follows `/`.
  const leavingUnder = db.prepare("SELECT key FROM removed WHERE key > ? || '/' AND key < ? || '0' AND due IS NOT NULL")
  const dueKeys = db.prepare('SELECT key FROM removed WHERE due <= ? ORDER BY due LIMIT ?')
  const hasLeft = db.prepare('UPDATE removed SET due = NULL WHERE key = ?')
  const changedBetween = db.prepare(`SELECT ${ENTRY} FROM objects WHERE release > ? AND release <= ? ORDER BY key`)
  const removedBetween = db.prepare('SELECT key FROM removed WHERE release > ? AND release <= ? ORDER BY key')
  const keep = db.prepare(
    'INSERT INTO kept (hash, due) VALUES (?, ?) ON CONFLICT (hash) DO UPDATE SET due = max(due, excluded.due)',
  )
  const keeps = db.prepare('SELECT 1 FROM kept WHERE hash = ?')
  const dueHashes = db.prepare('SELECT hash FROM kept WHERE due <= ? ORDER BY due LIMIT ?')
  const unkeep = db.prepare('DELETE FROM kept WHERE hash = ?')
  const noteStray = db.prepare(
    'INSERT OR IGNORE INTO removed (key, release, due) SELECT ?, 0, 0 WHERE NOT EXISTS (SELECT 1 FROM objects WHERE key = ?)',
  )
  const noteSpent = db.prepare('INSERT OR REPLACE INTO spent (release, due, turns) VALUES (?, ?, ?)')
  // The newest record is never of no use: it tells that an index belongs to this store.
  const dueSpent = db.prepare(
    `SELECT release, turns, release <= min(snapshot, number - 1) AS folded FROM spent, meta
      WHERE due <= ? AND (turns > 0 OR folded) ORDER BY release LIMIT ?`,
  )
  const forgetClaims = db.prepare('UPDATE spent SET turns = 0 WHERE release = ?')
  const forgetRecord = db.prepare('DELETE FROM spent WHERE release = ?')
  const body = db.prepare('SELECT bytes FROM bodies WHERE hash = ?')
  const addBody = db.prepare('INSERT OR IGNORE INTO bodies (hash, bytes) VALUES (?, ?)')
  const dropBody = db.prepare('DELETE FROM bodies WHERE hash = ?')
  const bodiesSize = db.prepare('SELECT sum(length(bytes)) AS size FROM bodies')
  const dropOldBodies = db.prepare('DELETE FROM bodies WHERE number IN (SELECT number FROM bodies ORDER BY number LIMIT ?)')
  const setPurged = db.prepare('UPDATE meta SET purged = ?')
  const advance = db.prepare('UPDATE meta SET number = ?, outbox = ?, record_hash = ?, source = ?')
  const setSnapshot = db.prepare('UPDATE meta SET snapshot = max(snapshot, ?)')
  const setOutbox = db.prepare('UPDATE meta SET outbox = max(outbox, ?)')
  const setDoubtful = db.prepare('UPDATE objects SET doubtful = 1 WHERE key = ?')
  const setCertain = db.prepare('UPDATE objects SET doubtful = 0 WHERE key = ?')
  // Keys whose doubt could not be stored, say on a full disk.
  const doubted = new Set<string>()

  const sizeOfBodies = () => v.parse(sizeRow, bodiesSize.get()).size ?? 0
  let bodiesBytes = sizeOfBodies()

  const { id, clean } = v.parse(metaRow, meta.get())
  if (clean === 0) db.exec('UPDATE objects SET doubtful = 1')
  db.exec('UPDATE meta SET clean = 0; PRAGMA synchronous = NORMAL')

  function putEntry(entry: ManifestEntry, release: number, certain: boolean): void {
    const { key, hash, headers, sizeBytes, contentType, cache, redirect = null, encoding = null, source = null } = entry
    put.run(key, hash, headers, sizeBytes, contentType, cache, redirect, encoding, source, release, certain ? 0 : 1)
    unnoteRemoved.run(key)
  }

  function remove(key: string, release: number, due: DueTimes): void {
    drop.run(key)
    noteRemoved.run(key, release, due.key(key))
  }

  return {
    id,
    state() {
      const { number, outbox, record_hash, source, snapshot } = v.parse(metaRow, meta.get())
      return { number, outbox, recordHash: record_hash, source, snapshot }
    },
    get(key) {
      const row = get.get(key)
      return row === undefined ? null : v.parse(entryRow, row)
    },
    isCertain: (key) => !doubted.has(key) && isDoubtful.get(key) === undefined,
    count: () => v.parse(countRow, count.get()).count,
    *all() {
      for (let after = ''; ; ) {
        const rows = page.all(after).map((row) => v.parse(entryRow, row))
        yield* rows
        after = rows.at(-1)?.key ?? ''
        if (rows.length < ROWS_AT_ONCE) return
      }
    },
    redirects: () => redirects.all().map((row) => v.parse(entryRow, row)),
    withHash(hash) {
      const row = byHash.get(hash)
      return row === undefined ? null : v.parse(entryRow, row)
    },
    keeps: (hash) => keeps.get(hash) !== undefined,
    add({ release, hash }, certain, due, turns = TURNS_UNKNOWN) {
      const { number, changed, removed, was } = release
      transaction(db, () => {
        for (const entry of changed) putEntry(entry, number, certain)
        for (const key of removed) remove(key, number, due)
        for (const entry of due.copied(release)) keep.run(entry.hash, due.bytes)
        for (const entry of was) dropBody.run(entry.hash)
        noteSpent.run(number, due.spent, turns)
        advance.run(number, release.outbox, hash, release.source)
      })
      if (certain) for (const { key } of changed) doubted.delete(key)
    },
    addSnapshot({ to, outbox, source, recordHash, changed, removed }, due) {
      transaction(db, () => {
        for (const entry of changed) putEntry(entry, to, false)
        for (const key of removed) remove(key, to, due)
        advance.run(to, outbox, recordHash, source)
        setSnapshot.run(to)
      })
    },
    between: (after, to) => ({
      changed: changedBetween.all(after, to).map((row) => v.parse(entryRow, row)),
      removed: removedBetween.all(after, to).map((row) => v.parse(keyRow, row).key),
    }),
    setSnapshot: (number) => void setSnapshot.run(number),
    resetKept(hashes, due, releases, spent) {
      transaction(db, () => {
        db.exec('DELETE FROM kept; DELETE FROM spent')
        for (const hash of hashes) keep.run(hash, due)
        for (const release of releases) noteSpent.run(release, spent, TURNS_UNKNOWN)
      })
    },
    body(hash) {
      const row = body.get(hash)
      return row === undefined ? null : v.parse(bodyRow, row).bytes
    },
    addBodies(bodies) {
      transaction(db, () => {
        for (const [hash, bytes] of bodies) {
          addBody.run(hash, bytes)
          bodiesBytes += bytes.byteLength
        }
        while (bodiesBytes > BODIES_BYTES) {
          dropOldBodies.run(BODIES_AT_ONCE)
          bodiesBytes = sizeOfBodies()
        }
      })
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
    due: (now, limit) => ({
      keys: dueKeys.all(now, limit).map((row) => v.parse(keyRow, row).key),
      hashes: dueHashes.all(now, limit).map((row) => v.parse(hashRow, row).hash),
      spent: dueSpent.all(now, limit).map((row) => v.parse(spentRow, row)),
    }),
    forget({ keys = [], hashes = [], spent = [] }) {
      transaction(db, () => {
        for (const key of keys) hasLeft.run(key)
        for (const hash of hashes) unkeep.run(hash)
        for (const { release, isFolded } of spent) (isFolded ? forgetRecord : forgetClaims).run(release)
      })
    },
    isLeaving: (key) => isLeaving.get(key) !== undefined,
    leavingUnder: (folder) => leavingUnder.all(folder, folder).map((row) => v.parse(keyRow, row).key),
    noteStray(keys) {
      transaction(db, () => {
        for (const key of keys) noteStray.run(key, key)
      })
    },
    purged: () => v.parse(metaRow, meta.get()).purged,
    setPurged: (number) => void setPurged.run(number),
    clear: () =>
      db.exec(`BEGIN; DELETE FROM objects; DELETE FROM removed; DELETE FROM kept; DELETE FROM spent;
        UPDATE meta SET number = 0, outbox = 0, record_hash = NULL, source = NULL, snapshot = 0, purged = NULL; COMMIT`),
    close() {
      db.exec('PRAGMA synchronous = FULL')
      if (doubted.size === 0) db.exec('UPDATE meta SET clean = 1')
      db.close()
    },
  }
}
