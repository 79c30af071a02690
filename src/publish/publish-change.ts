import { foldersOf } from '../protocol/key.ts'
import type { Claim } from './claim.ts'
import { claimNext } from './claimed.ts'
import type { Index } from './index-file.ts'
import { bytesOf, isClaimed, isSmallText, keepingOf } from './kept.ts'
import { inTheWay, storeKey } from './key.ts'
import { inOrder } from './order.ts'
import { byKey, planRelease } from './plan.ts'
import { prune } from './prune.ts'
import type { PublisherParts } from './publisher-parts.ts'
import { inLanes, keepBytes, putAll } from './put-all.ts'
import { writeRecord } from './record.ts'
import { keysOf } from './release-record.ts'
import { foldReleases } from './snapshot.ts'
import type { ManifestEntry, PlannedPut, Release, ReleaseChange, ReleasePlan } from './types.ts'

const BODIES_AT_ONCE = 200

/** See `Publisher.publish`. */
export async function publishChange(parts: PublisherParts, change: ReleaseChange): Promise<Release | null> {
  const { store, index } = parts
  const { plan, claim } = await claimedPlan(parts, change)
  const { puts, removed } = plan
  const doubtful = puts.filter(isDoubtful).map(keyOf)
  const wanted = draft(parts, change, plan)
  const copied = new Set(keepingOf(wanted, store, parts.retention).copied)
  let release: Release | null = null
  try {
    await clearTheWay(parts, plan, copied)
    let done = 0
    const atHand = bodiesFor(index)
    const wasPut = (entry: ManifestEntry, bytes: Uint8Array | null) => {
      if (claim !== null && bytes !== null && isSmallText(entry)) atHand.add(entry.hash, bytes)
      change.progress?.(++done, puts.length)
    }
    for (const group of inOrder(puts, ({ entry, why }) => ({ info: entry, isNew: why === 'new' }))) {
      await putAll(store, index, group, claim, copied, wasPut)
    }
    await inLanes(
      removed.filter((entry) => copied.has(entry)),
      (entry) => keepBytes(store, index, entry),
    )
    atHand.write()
    claim?.check()
    if (isRelease(plan)) release = await writeRecord(store, index, wanted, parts.retention, claim?.turn ?? 0)
    index.settle(change.outbox ?? index.state().outbox, doubtful)
  } catch (error) {
    index.doubt(puts.map(keyOf))
    throw error
  } finally {
    claim?.end()
  }
  if (release !== null) parts.purges.add(release.number, keysOf(release))
  await prune(parts)
  await foldReleases(store, index)
  return release
}

/** Gathers what was put, to be written into the index many at once: a large release would notice a transaction for each. */
function bodiesFor(index: Pick<Index, 'addBodies'>) {
  const bodies = new Map<string, Uint8Array>()
  const write = () => {
    if (bodies.size === 0) return
    index.addBodies(bodies)
    bodies.clear()
  }
  return {
    add(hash: string, bytes: Uint8Array): void {
      bodies.set(hash, bytes)
      if (bodies.size === BODIES_AT_ONCE) write()
    },
    write,
  }
}

/**
 * A store that has folders can't hold `a` beside `a/b`. What is no longer part of the site and stands where an object is to be put leaves at once, whatever time
 * it had left; its bytes are kept.
 */
async function clearTheWay(
  { store, index }: PublisherParts,
  { puts, removed }: ReleasePlan,
  copied: ReadonlySet<ManifestEntry>,
): Promise<void> {
  const keys = puts.map(keyOf)
  const leaving = keys.flatMap((key) => [
    ...foldersOf(key).filter((folder) => index.isLeaving(folder)),
    ...index.leavingUnder(key),
  ])
  const blocking = new Set(
    inTheWay(
      removed.map(({ key }) => key),
      keys,
    ),
  )
  if (blocking.size + leaving.length === 0) return
  await inLanes(
    removed.filter((entry) => blocking.has(entry.key) && copied.has(entry)),
    (entry) => keepBytes(store, index, entry),
  )
  await store.remove([...blocking, ...leaving].map(storeKey))
  index.doubt([...blocking])
  index.forget({ keys: leaving })
}

/** What is to be done, and the right to do it; null where nobody else can write to the store, or it has no means to claim anything. */
async function claimedPlan(
  parts: PublisherParts,
  change: ReleaseChange,
): Promise<{ readonly plan: ReleasePlan; readonly claim: Claim | null }> {
  const { store, index, precompress, retention } = parts
  const plan = planRelease(index, change, precompress)
  if (!isClaimed(store) || (plan.puts.length === 0 && plan.removed.length === 0)) return { plan, claim: null }
  const { inClaim } = keepingOf(draft(parts, change, plan), store, retention)
  const kept = await bytesOf(store, index, inClaim)
  const { claim, isTakenOver } = await claimNext(parts, { keys: plan.puts.map(keyOf), kept })
  return { plan: isTakenOver ? planRelease(index, change, precompress) : plan, claim }
}

function draft({ index, now }: PublisherParts, change: ReleaseChange, { puts, removed }: ReleasePlan): Release {
  const { number, outbox, recordHash } = index.state()
  const changed = puts.filter((put) => !isDoubtful(put))
  return {
    number: number + 1,
    outbox: change.outbox ?? outbox,
    parent: recordHash,
    changed: changed.map(({ entry }) => entry).sort(byKey),
    removed: removed.map(({ key }) => key),
    was: [...changed.flatMap(({ was }) => was ?? []), ...removed].sort(byKey),
    source: change.source ?? 'machine',
    at: new Date(now()).toISOString(),
    ...(change.restores === undefined ? {} : { restores: change.restores }),
  }
}

/** Objects that are put again only because nobody knows whether they are there make no release. */
function isRelease({ puts, removed }: ReleasePlan): boolean {
  return removed.length > 0 || !puts.every(isDoubtful)
}

function isDoubtful({ why }: PlannedPut): boolean {
  return why === 'doubt'
}

function keyOf({ entry }: PlannedPut): string {
  return entry.key
}
