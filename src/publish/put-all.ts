import type { Claim } from './claim.ts'
import type { Index } from './index-file.ts'
import { storeKey } from './key.ts'
import { keptKey } from './release-record.ts'
import type { ManifestEntry, PlannedPut, Store } from './types.ts'

const PARALLEL_PUTS = 16

/** Puts objects, a few at a time, under the claim if there is one. What they replace and is among `copied` is kept before it is gone. When it rejects, nothing is being put any more. */
export async function putAll(
  store: Store,
  index: Index,
  puts: readonly PlannedPut[],
  claim: Claim | null,
  copied: ReadonlySet<ManifestEntry>,
  done: (entry: ManifestEntry, bytes: Uint8Array | null) => void,
): Promise<void> {
  await inLanes(puts, async ({ entry, bytes, was, why }) => {
    // After a crash the object may be there already: then it is not put again.
    if (why === 'doubt' && (await store.holds(storeKey(entry.key), entry))) return done(entry, null)
    if (was !== null && copied.has(was)) await keepBytes(store, index, was)
    const content = bytes()
    claim?.check()
    await store.put(storeKey(entry.key), content, entry, undefined, claim?.until)
    done(entry, content)
  })
}

/**
 * Copies what is published at a key to where it is kept for a rollback. After a crash the key may hold other bytes already: then those were put after
 * the old ones had been copied.
 */
export async function keepBytes(store: Store, index: Index, entry: ManifestEntry): Promise<void> {
  if (index.keeps(entry.hash)) return
  const isThere = index.isCertain(entry.key) || (await store.holds(storeKey(entry.key), entry))
  if (isThere) await store.copy(storeKey(entry.key), keptKey(entry.hash))
}

/** Runs `work` for each item, a few at a time, and waits for all of it even if some fails; then it throws the first failure. */
export async function inLanes<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values()
  const failures: unknown[] = []
  const lane = async () => {
    for (const item of rest) {
      if (failures.length > 0) return
      try {
        await work(item)
      } catch (error) {
        failures.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(PARALLEL_PUTS, items.length) }, lane))
  if (failures.length > 0) throw failures[0]
}
