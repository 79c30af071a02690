import { catchUp, followStore } from './catch-up.ts'
import { type Claim, type ClaimContent, claimRelease, isOthers } from './claim.ts'
import { SPENT_MS } from './due.ts'
import { isClaimed } from './kept.ts'
import type { PublisherParts } from './publisher-parts.ts'

/** Claims the next release. `isTakenOver`: from a dead publisher, so that what it may have changed is in doubt now. */
export async function claimNext(
  parts: PublisherParts,
  content: ClaimContent,
  waits = true,
): Promise<{ readonly claim: Claim; readonly isTakenOver: boolean }> {
  const { store, index, claimTimes, now, retention } = parts
  let isTakenOver = false
  const claim = await claimRelease(
    {
      store,
      times: claimTimes,
      publisher: index.id,
      waits,
      async isReleased(number) {
        await catchUp(store, index, now(), retention)
        return index.state().number >= number
      },
      onLeftover(keys) {
        isTakenOver = true
        index.doubt(keys)
        index.noteStray(keys)
      },
    },
    index.state().number + 1,
    content,
  )
  return { claim, isTakenOver }
}

/**
 * Does what changes the store and is no release, such as to remove what is due, while nobody else can publish. Null, and nothing is done, where somebody else is
 * publishing just now. `waits`: until it is known whether somebody is, or has died.
 */
export async function betweenReleases<T>(
  parts: PublisherParts,
  waits: boolean,
  work: (claim: Claim | null) => Promise<T>,
): Promise<T | null> {
  const claim = isClaimed(parts.store) ? await claimUnlessOthers(parts, waits) : null
  if (claim === 'others') return null
  try {
    const result = await work(claim)
    await claim?.drop()
    return result
  } finally {
    claim?.end()
  }
}

async function claimUnlessOthers(parts: PublisherParts, waits: boolean): Promise<Claim | 'others'> {
  try {
    return (await claimNext(parts, { keys: [], kept: new Map() }, waits)).claim
  } catch (error) {
    if (isOthers(error)) return 'others'
    throw error
  }
}

/** Looks at the store again when it was not seen for so long that records may have been removed from it. */
export async function refresh({ store, index, now, retention, seen }: PublisherParts): Promise<void> {
  if (isClaimed(store) && now() - seen.at > SPENT_MS / 2) {
    await followStore(store, index, now(), retention)
  }
  seen.at = now()
}
