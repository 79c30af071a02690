import { claimKey } from './claim.ts'
import { betweenReleases } from './claimed.ts'
import type { Due, SpentRelease } from './index-file.ts'
import { storeKey } from './key.ts'
import type { PublisherParts } from './publisher-parts.ts'
import { keptKey, recordKey } from './release-record.ts'

/** How much leaves the store with one release at most, so that none takes long. */
const LEAVING_AT_ONCE = 1000
/** Claims and records wait for each other, since they are in nobody’s way: until there are so many, or they have waited for so long, or something else leaves. */
const SPENT_TOGETHER = 32
const SPENT_WAIT_MS = 24 * 3_600_000

/**
 * Removes what has been out of the site for long enough, unless somebody else is publishing: then it is left to the next release. `waits`: as `betweenReleases`
 * has it.
 */
export async function prune(parts: PublisherParts, waits = false): Promise<void> {
  const { store, index, now } = parts
  const due = index.due(now(), LEAVING_AT_ONCE)
  const isTime = due.spent.length >= SPENT_TOGETHER || index.due(now() - SPENT_WAIT_MS, 1).spent.length > 0
  if (due.keys.length === 0 && due.hashes.length === 0 && !isTime) return
  await betweenReleases(parts, waits, async (claim) => {
    claim?.check()
    await store.remove(leaving(due), claim?.until)
    index.forget(due)
  })
}

function leaving({ keys, hashes, spent }: Due): readonly string[] {
  return [...keys.map(storeKey), ...hashes.map(keptKey), ...spent.flatMap(keysOfSpent)]
}

function keysOfSpent({ release, turns, isFolded }: SpentRelease): readonly string[] {
  const claims = Array.from({ length: turns }, (_, turn) => claimKey(release, turn + 1))
  return isFolded ? [...claims, recordKey(release)] : claims
}
