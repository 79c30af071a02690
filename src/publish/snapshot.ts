import * as v from 'valibot'
import { DrowseError } from '../errors/drowse-error.ts'
import type { Index } from './index-file.ts'
import { entrySchema, type Snapshot } from './release-record.ts'
import type { Store } from './types.ts'

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const schema: v.GenericSchema<unknown, Snapshot> = v.object({
  after: count,
  to: count,
  outbox: count,
  source: v.nullable(v.picklist(['machine', 'folder'])),
  recordHash: v.nullable(v.string()),
  changed: v.array(entrySchema),
  removed: v.array(v.string()),
})

const FOLD = 32
const LEVELS = [FOLD ** 3, FOLD ** 2, FOLD] as const
const PREFIX = 'snapshots/'

/** `snapshots/000992-001024.json` */
function snapshotKey(after: number, to: number): string {
  return `${PREFIX}${[after, to].map((number) => String(number).padStart(6, '0')).join('-')}.json`
}

/**
 * Folds the newest release with those before it, where it is one that does so, and removes the smaller snapshots this one contains. One that a crash prevented
 * is no harm: its records are there.
 */
export async function foldReleases(store: Store, index: Index): Promise<void> {
  const { number, outbox, recordHash, source, snapshot } = index.state()
  const size = LEVELS.find((level) => number % level === 0)
  if (size === undefined || number === 0 || snapshot >= number) return
  const after = number - size
  const folded: Snapshot = { after, to: number, outbox, source, recordHash, ...index.between(after, number) }
  const bytes = new TextEncoder().encode(JSON.stringify(folded))
  await store.put(snapshotKey(after, number), bytes, { contentType: 'application/json', cache: 'page' })
  await store.remove(containedIn(after, size))
  index.setSnapshot(number)
}

/** The keys of the next smaller snapshots in a range but for its last, which was never made. */
function containedIn(after: number, size: number): readonly string[] {
  const step = size / FOLD
  if (step < FOLD) return []
  return Array.from({ length: FOLD - 1 }, (_, n) => snapshotKey(after + n * step, after + (n + 1) * step))
}

/** The snapshots a store has, by where they begin; of two that begin together the larger. */
export async function listSnapshots(store: Store): Promise<ReadonlyMap<number, number>> {
  const found = new Map<number, number>()
  for await (const key of store.list(PREFIX)) {
    const [, after, to] = /^snapshots\/(\d+)-(\d+)\.json$/.exec(key) ?? []
    if (after !== undefined && Number(to) > (found.get(Number(after)) ?? 0)) found.set(Number(after), Number(to))
  }
  return found
}

/** Null where it is gone. Throws `store-failed` for one that can't be read. */
export async function readSnapshot(store: Store, after: number, to: number): Promise<Snapshot | null> {
  const key = snapshotKey(after, to)
  const bytes = await store.get(key)
  if (bytes === null) return null
  try {
    return v.parse(schema, JSON.parse(new TextDecoder().decode(bytes)))
  } catch (cause) {
    throw new DrowseError('store-failed', `The snapshot “${key}” is damaged.`, {
      hint: 'Remove it: the release records say the same, in more words.',
      cause,
    })
  }
}
