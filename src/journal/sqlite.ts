import { hash } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { DrowseError } from '../errors/drowse-error.ts'
import type { Actor, Receipt } from '../protocol/types.ts'
import { canonicalJson } from './canonical.ts'
import { createGroup, type Settled } from './group.ts'
import { number, parseEffect, parseEntry, text } from './rows.ts'
import { SCHEMA, SCHEMA_VERSION } from './schema.ts'
import { openingError, writingError } from './sqlite-errors.ts'
import type { Acceptance, Batch, DurableState, EffectOutbox, Journal, JournalEntry } from './types.ts'

interface SqliteJournalOptions {
  readonly path: string
  /** Milliseconds since 1970. It may jump; `acceptedAt` never goes backwards. */
  readonly now: () => number
  /** A new unguessable id, see `newWriteId`. */
  readonly newId: () => string
  /** Largest size of the journal's file; beyond it writes are refused with `journal-full`. */
  readonly maxSizeBytes?: number
}

/** An acceptance made ready outside the transaction. */
interface Prepared {
  readonly acceptance: Acceptance
  readonly key: string
  readonly payload: string
  readonly fingerprint: string
  readonly blobs: ReadonlyMap<string, Uint8Array>
}

type Accepted = { readonly entry: JournalEntry; readonly fresh: boolean }

const PAGE_BYTES = 4096
/** How long an applied write that brought no key is the answer to the same payload. */
const PAYLOAD_BINDS_MS = 24 * 3600_000
// Half of what a protocol message may be, so that the receipts of a batch fit as well.
const BATCH_BYTES = 16 * 2 ** 20

/**
 * The journal in one SQLite file: WAL, `synchronous=FULL`, an exclusive lock that goes with the process. Accepts of one turn of the event
 * loop share a commit. Throws `data-in-use`, `folder-unwritable` or `journal-full` when it can't be opened.
 */
export function sqliteJournal({ path, now, newId, maxSizeBytes }: SqliteJournalOptions) {
  const db = open(path, maxSizeBytes)
  const epoch = number(db.prepare('SELECT epoch FROM meta').get(), 'epoch') ?? 0
  let lastAcceptedAt = text(db.prepare('SELECT accepted_at FROM writes ORDER BY seq DESC LIMIT 1').get(), 'accepted_at') ?? ''

  const columns = 'id, kind, role, payload, fingerprint, accepted_at, blobs, state, receipt, parked_because'
  const byKey = db.prepare(`SELECT ${columns} FROM writes WHERE site = ? AND kind = ? AND key = ?`)
  const byId = db.prepare(`SELECT ${columns} FROM writes WHERE id = ? AND site = ?`)
  const openWrites = db.prepare(`SELECT ${columns}, length(payload) AS size FROM writes
    WHERE site = ? AND state IN ('accepted', 'applied') AND role = ? ORDER BY seq LIMIT CAST(? AS INTEGER)`)
  const countOpen = db.prepare(`SELECT count(*) AS open FROM writes
    WHERE site = ? AND state IN ('accepted', 'applied') AND role = 'visitor'`)
  const insertWrite = db.prepare(`INSERT INTO writes (id, site, kind, key, role, payload, fingerprint, accepted_at, blobs, state)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'accepted')`)
  const giveUpKey = db.prepare(`UPDATE writes SET key = 'past:' || id WHERE id = ?`)
  const insertBlob = db.prepare('INSERT OR IGNORE INTO blobs (hash, bytes) VALUES (?, ?)')
  const needBlob = db.prepare('INSERT OR IGNORE INTO blob_needs (hash, write) VALUES (?, ?)')
  const readBlob = db.prepare('SELECT bytes FROM blobs WHERE hash = ?')
  const setApplied = db.prepare(`UPDATE writes SET state = 'applied', receipt = ?
    WHERE site = ? AND id = ? AND state IN ('accepted', 'applied')`)
  const setPublished = db.prepare(`UPDATE writes SET state = 'published'
    WHERE site = ? AND id = ? AND state IN ('accepted', 'applied')`)
  const dropNeeds = db.prepare('DELETE FROM blob_needs WHERE write = ? RETURNING hash')
  const dropBlob = db.prepare(
    'DELETE FROM blobs WHERE hash = ? AND NOT EXISTS (SELECT 1 FROM blob_needs n WHERE n.hash = blobs.hash)',
  )
  const setParked = db.prepare(`UPDATE writes SET state = 'parked', parked_because = ?
    WHERE site = ? AND id = ? AND state IN ('accepted', 'applied')`)
  const setUnparked = db.prepare(`UPDATE writes SET state = 'accepted', parked_because = NULL
    WHERE site = ? AND id = ? AND state = 'parked'`)
  const unparkEach = db.prepare(`UPDATE writes SET state = 'accepted', parked_because = NULL WHERE state = 'parked'`)
  const parkedWrites = db.prepare(`SELECT ${columns} FROM writes WHERE site = ? AND state = 'parked' ORDER BY seq`)
  const busySites = db.prepare(`SELECT DISTINCT site FROM writes WHERE state IN ('accepted', 'applied') ORDER BY site`)
  const forget = db.prepare(`DELETE FROM writes WHERE state = 'published' AND accepted_at < ?`)
  const putState = db.prepare(
    'INSERT INTO state (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  )

  /** Runs `body` in one durable transaction. What it throws rolls everything back; SQLite's own errors become `journal-full`. */
  function commit<T>(body: () => T): T {
    try {
      db.exec('BEGIN IMMEDIATE')
      const result = body()
      db.exec('COMMIT')
      return result
    } catch (error) {
      // A full disk rolls back by itself in some cases, https://www.sqlite.org/lang_transaction.html#response_to_errors_within_a_transaction
      if (db.isTransaction) db.exec('ROLLBACK')
      throw writingError(error)
    }
  }

  const group = createGroup<Prepared, Accepted>((items) => {
    const at = later(new Date(now()).toISOString(), lastAcceptedAt)
    const outcomes = commit(() => items.map((item) => acceptOne(item, at)))
    lastAcceptedAt = at
    return outcomes
  })

  function acceptOne({ acceptance, key, payload, fingerprint, blobs }: Prepared, acceptedAt: string): Settled<Accepted> {
    const { site, kind, actor } = acceptance
    const known = knownBy(acceptance, key)
    if (known !== null && !isBinding(known.entry, acceptance, acceptedAt)) giveUpKey.run(known.entry.write.id)
    else if (known !== null) {
      if (known.fingerprint === fingerprint) return { ok: true, outcome: { entry: known.entry, fresh: false } }
      return { ok: false, error: keyReused() }
    }
    const id = newId()
    const hashes = [...blobs.keys()]
    insertWrite.run(id, site, kind, key, actor.role, payload, fingerprint, acceptedAt, JSON.stringify(hashes))
    for (const [blobHash, bytes] of blobs) {
      insertBlob.run(blobHash, bytes)
      needBlob.run(blobHash, id)
    }
    if (acceptance.state !== undefined) putState.run(acceptance.state.key, acceptance.state.value)
    const write = { id, kind, actor, payload: acceptance.payload, acceptedAt, blobs: hashes }
    return { ok: true, outcome: { entry: { write, state: 'accepted', receipt: null, parkedBecause: null }, fresh: true } }
  }

  function knownBy({ site, kind }: Acceptance, key: string) {
    const row = byKey.get(site, kind, key)
    return row === undefined ? null : parseEntry(row)
  }

  function recall(acceptance: Acceptance): JournalEntry | null {
    const { key, fingerprint } = prepare(acceptance)
    const known = knownBy(acceptance, key)
    if (known?.fingerprint !== fingerprint) return null
    return isBinding(known.entry, acceptance, new Date(now()).toISOString()) ? known.entry : null
  }

  function claim(site: string, limit: number): Batch | null {
    return claimOf(site, 'owner', limit) ?? claimOf(site, 'visitor', limit)
  }

  function claimOf(site: string, role: Actor['role'], limit: number): Batch | null {
    const writes = []
    let sizeBytes = 0
    for (const row of openWrites.iterate(site, role, limit)) {
      sizeBytes += number(row, 'size') ?? 0
      if (writes.length > 0 && sizeBytes > BATCH_BYTES) break
      writes.push(parseEntry(row).entry.write)
    }
    return writes.length === 0 ? null : { id: newId(), site, writes }
  }

  function published(batch: Batch): void {
    commit(() => {
      for (const write of batch.writes) {
        setPublished.run(batch.site, write.id)
        if (write.blobs.length === 0) continue
        for (const row of dropNeeds.all(write.id)) dropBlob.run(text(row, 'hash'))
      }
    })
  }

  return {
    epoch,
    state: durableState(db, commit),
    effects: effectOutbox(db, commit),
    // `prepare` throws for a payload that no journal could take, which must reject.
    accept: async (acceptance) => await group.add(prepare(acceptance)),
    find(site, id) {
      const row = byId.get(id, site)
      return row === undefined ? null : parseEntry(row).entry
    },
    recall,
    claim,
    backlog: (site) => number(countOpen.get(site), 'open') ?? 0,
    blob(blobHash) {
      const bytes = readBlob.get(blobHash)?.bytes
      if (bytes instanceof Uint8Array) return bytes
      throw new DrowseError('internal', `The journal holds no bytes with the hash ${blobHash}.`)
    },
    applied: (batch, receipts) =>
      commit(() => {
        for (const receipt of receipts) setApplied.run(JSON.stringify(receipt satisfies Receipt), batch.site, receipt.write)
      }),
    published,
    park: (site, id, because) => commit(() => void setParked.run(because, site, id)),
    unpark: (site, id) => commit(() => Number(setUnparked.run(site, id).changes) > 0),
    unparkAll: () => commit(() => Number(unparkEach.run().changes)),
    parked: (site) => parkedWrites.all(site).map((row) => parseEntry(row).entry),
    sitesWithWork: () => busySites.all().flatMap((row) => text(row, 'site') ?? []),
    prune: (before) => commit(() => Number(forget.run(before).changes)),
    close() {
      group.flush()
      db.close()
    },
  } satisfies Journal
}

function open(path: string, maxSizeBytes: number | undefined): DatabaseSync {
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(path)
    // The lock must be asked for before WAL is first used, https://www.sqlite.org/wal.html#noshm
    db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    // Keys and ids come in random order, so each commit touches many pages: the fewer checkpoints, the more of them are written once.
    db.exec('PRAGMA wal_autocheckpoint = 4096')
    const version = number(db.prepare('PRAGMA user_version').get(), 'user_version') ?? 0
    if (version > SCHEMA_VERSION) throw newerJournal(path)
    if (maxSizeBytes !== undefined) db.exec(`PRAGMA max_page_count = ${Math.ceil(maxSizeBytes / PAGE_BYTES)}`)
    db.exec(`BEGIN IMMEDIATE; ${SCHEMA} UPDATE meta SET epoch = epoch + 1; PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`)
    return db
  } catch (error) {
    db?.close()
    throw error instanceof DrowseError ? error : openingError(error, path)
  }
}

/** Checks and serialises what can be done before the transaction. Throws `internal` for a blob that does not have its hash. */
function prepare(acceptance: Acceptance): Prepared {
  const payload = canonicalJson(acceptance.payload)
  const fingerprint = hash('sha256', payload)
  const blobs = acceptance.blobs ?? new Map<string, Uint8Array>()
  for (const [expected, bytes] of blobs) {
    if (hash('sha256', bytes) !== expected) throw new DrowseError('internal', `A blob does not have its hash ${expected}.`)
  }
  // Prefixed, so that no key a caller makes up can be taken for a payload's.
  const key = acceptance.key === null ? `payload:${fingerprint}` : `key:${acceptance.key}`
  return { acceptance, key, payload, fingerprint, blobs }
}

function durableState(db: DatabaseSync, commit: <T>(body: () => T) => T): DurableState {
  const get = db.prepare('SELECT value FROM state WHERE key = ?')
  const put = db.prepare('INSERT INTO state (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value')
  const drop = db.prepare('DELETE FROM state WHERE key = ?')
  const list = db.prepare('SELECT key, value FROM state WHERE substr(key, 1, length(?1)) = ?1 ORDER BY key')
  return {
    get: (key) => text(get.get(key), 'value'),
    set: (key, value) => commit(() => void (value === null ? drop.run(key) : put.run(key, value))),
    entries: (prefix) => list.all(prefix).map((row) => [text(row, 'key') ?? '', text(row, 'value') ?? ''] as const),
  }
}

function effectOutbox(db: DatabaseSync, commit: <T>(body: () => T) => T): EffectOutbox {
  const add = db.prepare('INSERT OR IGNORE INTO effects (site, id, kind, payload) VALUES (?, ?, ?, ?)')
  const waiting = db.prepare('SELECT id, kind, payload FROM effects WHERE site = ? AND performed = 0 ORDER BY seq')
  const performed = db.prepare(`UPDATE effects SET performed = 1, payload = 'null' WHERE site = ? AND id = ?`)
  return {
    add(site, effects) {
      if (effects.length === 0) return
      commit(() => {
        for (const effect of effects) add.run(site, effect.id, effect.kind, canonicalJson(effect.payload))
      })
    },
    waiting: (site) => waiting.all(site).map(parseEffect),
    performed: (site, id) => commit(() => void performed.run(site, id)),
  }
}

/** Whether a write is still what its key means. One that brought none has its payload for a key only for a while. */
function isBinding({ state, receipt, write }: JournalEntry, { key }: Acceptance, at: string): boolean {
  if (key !== null || state !== 'published') return true
  return receipt?.status === 'applied' && Date.parse(at) - Date.parse(write.acceptedAt) < PAYLOAD_BINDS_MS
}

/** ISO times of one form sort as text. */
function later(a: string, b: string): string {
  return a > b ? a : b
}

function keyReused(): DrowseError {
  return new DrowseError('key-reused', 'This idempotency key was used before for something else.', {
    hint: 'Use a new key for a new write, or send exactly the same again to get the first answer.',
  })
}

function newerJournal(path: string): DrowseError {
  return new DrowseError('internal', `The journal ${path} was written by a newer version of Drowse.`, {
    hint: 'Install that version or a newer one.',
  })
}
