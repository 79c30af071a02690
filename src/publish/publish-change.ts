import { foldersOf } from '../protocol/key.ts'
import { catchUp } from './catch-up.ts'
import { type Claim, claimRelease } from './claim.ts'
import { inTheWay, storeKey } from './key.ts'
import { inOrder } from './order.ts'
import { byKey, planRelease } from './plan.ts'
import type { PublisherParts } from './publisher-parts.ts'
import { inLanes, keepBytes, putAll } from './put-all.ts'
import { writeRecord } from './record.ts'
import { keptKey, keysOf } from './release-record.ts'
import { foldReleases } from './snapshot.ts'
import type { PlannedPut, Release, ReleaseChange, ReleasePlan } from './types.ts'

/** How much leaves the store with one release at most, so that none takes long. */
const LEAVING_AT_ONCE = 1000

/** See `Publisher.publish`. */
export async function publishChange(parts: PublisherParts, change: ReleaseChange): Promise<Release | null> {
  const { store, index } = parts
  const { plan, claim } = await claimedPlan(parts, change)
  const { puts, removed } = plan
  const doubtful = puts.filter(isDoubtful).map(keyOf)
  let release: Release | null = null
  try {
    await clearTheWay(parts, plan)
    let done = 0
    for (const group of inOrder(puts, ({ entry, why }) => ({ info: entry, isNew: why === 'new' }))) {
      await putAll(store, index, group, claim, () => change.progress?.(++done, puts.length))
    }
    await inLanes(removed, (entry) => keepBytes(store, index, entry))
    claim?.check()
    if (isRelease(plan)) release = await writeRecord(store, index, draft(parts, change, plan), parts.retention)
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

/**
 * A store that has folders can't hold `a` beside `a/b`. What is no longer part of the site and stands where an object is to be put leaves at once, whatever time
 * it had left; its bytes are kept.
 */
async function clearTheWay({ store, index }: PublisherParts, { puts, removed }: ReleasePlan): Promise<void> {
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
    removed.filter(({ key }) => blocking.has(key)),
    (entry) => keepBytes(store, index, entry),
  )
  await store.remove([...blocking, ...leaving].map(storeKey))
  index.doubt([...blocking])
  index.forget({ keys: leaving, hashes: [] })
}

/** Removes what has been out of the site for long enough. */
export async function prune({ store, index, now }: Pick<PublisherParts, 'store' | 'index' | 'now'>): Promise<void> {
  const due = index.due(now(), LEAVING_AT_ONCE)
  if (due.keys.length === 0 && due.hashes.length === 0) return
  await store.remove([...due.keys.map(storeKey), ...due.hashes.map(keptKey)])
  index.forget(due)
}

/** What is to be done, and the right to do it; null where nobody else can write to the store, or it has no means to claim anything. */
async function claimedPlan(
  parts: PublisherParts,
  change: ReleaseChange,
): Promise<{ readonly plan: ReleasePlan; readonly claim: Claim | null }> {
  const { store, index, precompress } = parts
  const plan = planRelease(index, change, precompress)
  const { createOnly, shared } = store.capabilities
  if (!createOnly || !shared || (plan.puts.length === 0 && plan.removed.length === 0)) return { plan, claim: null }
  let isLeftover = false
  const claim = await claimRelease(
    {
      store,
      times: parts.claimTimes,
      publisher: index.id,
      async isReleased(number) {
        await catchUp(store, index, parts.now(), parts.retention)
        return index.state().number >= number
      },
      onLeftover(keys) {
        isLeftover = true
        index.doubt(keys)
        index.noteStray(keys)
      },
    },
    index.state().number + 1,
    plan.puts.map(keyOf),
  )
  return { plan: isLeftover ? planRelease(index, change, precompress) : plan, claim }
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
