import { hash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect } from 'vitest'
import { engineName } from '../../src/build/engine.ts'
import { picturesDir } from '../../src/build/pictures.ts'
import { prepareSync } from '../../src/build/prepare-sync.ts'
import { scanFolder } from '../../src/build/scan-folder.ts'
import { SITE, SOURCE_DIR, THEMES_DIR } from '../../src/cli/paths.ts'
import { ENTRY_TYPES, FEATURES } from '../../src/features/registry.ts'
import { WRITES } from '../../src/features/writes.ts'
import { createGuest } from '../../src/guest/guest.ts'
import { parseEntry } from '../../src/journal/rows.ts'
import type { JournalEntry } from '../../src/journal/types.ts'
import { sqliteMeter } from '../../src/meter/sqlite.ts'
import type { MachineRun } from '../../src/meter/types.ts'
import type { Write } from '../../src/protocol/types.ts'
import { storeKey } from '../../src/publish/key.ts'
import { directoryStore } from '../../src/publish/stores/directory.ts'
import { compileTheme } from '../../src/render/theme/compile.ts'
import type { Workplace } from './product.ts'

/** What a data folder holds once its gateway has ended. */
export interface Evidence {
  /** In the order of acceptance. */
  readonly writes: readonly JournalEntry[]
  /** The texts of the comments in the machine, in the order of their numbers. */
  readonly comments: readonly string[]
  /** What the machine still has to tell. */
  readonly unpublished: number
  /** Hashes by key: what the index says, and what the files in the store are. */
  readonly index: ReadonlyMap<string, string>
  readonly store: ReadonlyMap<string, string>
}

export async function evidence(dataDir: string): Promise<Evidence> {
  const store = new Map<string, string>()
  const files = directoryStore(join(dataDir, 'store'))
  for await (const key of files.list('')) {
    // What a render gives; the rest is the publisher's own.
    if (!/^(releases|objects|snapshots)\//.test(key)) store.set(key, hash('sha256', readFileSync(join(dataDir, 'store', key))))
  }
  const machine = join(dataDir, 'machines', SITE, 'site.db')
  return {
    writes: rows(join(dataDir, 'journal.db'), 'SELECT * FROM writes ORDER BY seq').map((row) => parseEntry(row).entry),
    comments: rows(machine, `SELECT row ->> '$.text' AS text FROM r_comments ORDER BY row ->> '$.number'`).map(({ text }) =>
      String(text),
    ),
    unpublished: rows(machine, 'SELECT * FROM outbox').length,
    index: new Map(
      rows(join(dataDir, 'releases.db'), 'SELECT key, hash FROM objects').map(({ key, hash: of }) => [
        storeKey(String(key)),
        String(of),
      ]),
    ),
    store,
  }
}

/** The meter's rows, oldest first; of a running gateway too. */
export function machineRuns(dataDir: string): readonly MachineRun[] {
  const meter = sqliteMeter(join(dataDir, 'meter.db'))
  try {
    return meter.runs(SITE, 10_000).toReversed()
  } finally {
    meter.close()
  }
}

/** The hashes by key of a site that got the folder as it is now and then these writes, in a machine that never was. */
export async function freshRender(siteDir: string, writes: readonly Write[]): Promise<ReadonlyMap<string, string>> {
  const scan = await scanFolder(siteDir, ENTRY_TYPES)
  const theme = await compileTheme({ themesDirs: [join(siteDir, 'themes'), THEMES_DIR], name: scan.config.theme })
  const engine = engineName(SOURCE_DIR)
  const options = { last: null, engine, types: ENTRY_TYPES, picturesDir: picturesDir(siteDir) }
  const sync = (await prepareSync(scan, theme, options)).write
  if (sync === null) throw new Error('An empty machine has nothing to get from this folder.')
  const first: Write = {
    id: 'sync',
    kind: 'site.sync',
    actor: { role: 'owner' },
    payload: sync.payload,
    // What has a date is shown once a write came after it.
    acceptedAt: writes.at(-1)?.acceptedAt ?? new Date().toISOString(),
    blobs: [...sync.blobs.keys()],
  }
  const folder = mkdtempSync(join(tmpdir(), 'drowse-fresh-'))
  try {
    const guest = createGuest({ dataDir: folder, features: FEATURES, writes: WRITES, engine })
    const hashes = new Map<string, string>()
    const rest = writes.filter(({ kind }) => kind !== 'site.sync')
    await guest({ type: 'apply', batch: 'all', writes: [first, ...rest] }, sync.blobs, async (message) => {
      if (message.type === 'object') hashes.set(storeKey(message.object.key), message.object.hash)
    })
    return hashes
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function rows(path: string, sql: string): Record<string, unknown>[] {
  const database = new DatabaseSync(path)
  try {
    return database.prepare(sql).all()
  } finally {
    database.close()
  }
}

/** Sorted, so that two of them can be compared and a difference be read. */
function listed(hashes: ReadonlyMap<string, string>): string[] {
  return Array.from(hashes, ([key, of]) => `${key} ${of.slice(0, 12)}`).sort()
}

/** The texts of the comments that were accepted, in that order. */
export function commentsOf({ writes }: Evidence): string[] {
  return writes.flatMap(({ write: { kind, payload } }) => {
    const isComment = kind === 'comment.create' && typeof payload === 'object' && payload !== null && 'text' in payload
    return isComment ? [String(payload.text)] : []
  })
}

/** Every write is done, every comment is in the machine once and in the order of acceptance, and all that is published is what it should be. */
export async function expectWhole({ siteDir, dataDir }: Workplace, comments: readonly string[]): Promise<void> {
  const found = await evidence(dataDir)
  expect(new Set(found.writes.map(({ state }) => state))).toEqual(new Set(['published']))
  expect(found.comments).toEqual(comments)
  const writes = found.writes.map(({ write }) => write)
  const fresh = listed(await freshRender(siteDir, writes))
  expect(listed(found.index)).toEqual(fresh)
  expect(listed(found.store)).toEqual(fresh)
}
