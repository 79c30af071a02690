import { setImmediate as nextTurn } from 'node:timers/promises'
import { asDrowseError, DrowseError } from '../errors/drowse-error.ts'
import type { Batch } from '../journal/types.ts'
import type { GuestLink } from '../protocol/types.ts'
import { applyBatch } from './apply-batch.ts'
import type { RunFailure, RunMemory, RunParts } from './run-parts.ts'
import type { Stopwatch } from './stopwatch.ts'
import type { BatchEvent, DispatchLimits } from './types.ts'

// Faults of the machine that the guest itself reports; no write is to blame for them.
const MACHINE_FAULTS: readonly string[] = [
  'machine-failed',
  'guest-refused',
  'journal-full',
  'store-failed',
  'folder-unwritable',
  'data-in-use',
]

export interface Carried {
  readonly failure: RunFailure | null
  readonly outbox: number
  readonly event: Partial<BatchEvent>
}

/** Takes one batch from the journal to the readers. */
export async function carryBatch(
  parts: RunParts,
  memory: RunMemory,
  link: GuestLink,
  batch: Batch,
  watch: Stopwatch,
): Promise<Carried> {
  const { site, journal, publisher, waiters, clock, limits, suspicion } = parts
  const writes = batch.writes.length

  // 1. The guest applies the writes and renders the pages they change.
  const deadline = AbortSignal.timeout(limits.applyMs)
  const outcome = await applyBatch(link, journal, batch, clock, deadline).catch((cause: unknown) => ({
    type: 'lost' as const,
    error: asDrowseError(cause, 'machine-failed'),
  }))
  if (outcome.type !== 'applied') return failedToApply(parts, memory, batch, outcome)
  const { answer, objects, receipts, transferNs } = outcome.applied
  const outcomes = batch.writes.flatMap(({ kind }, index) => {
    const receipt = receipts[index]
    return receipt === undefined ? [] : [{ kind, receipt }]
  })
  watch.add('apply', answer.times.applyNs + answer.times.commitNs)
  watch.add('render', answer.times.renderNs)
  watch.add('transfer', transferNs)

  try {
    // 2. What it answered is kept.
    await watch.time('record', async () => {
      parts.effects.add(site, answer.effects)
      if (writes > 0) journal.applied(batch, receipts)
    })

    // 3. Readers see it, and those who wait are answered before anything else is done.
    const change = { outbox: answer.outbox, objects, removed: answer.removed }
    const release = await watch.time('publish', () => publisher.publish(change))
    for (const receipt of receipts) waiters.settle(site, receipt.write, receipt)

    // 4. The batch is done.
    await watch.time('record', async () => {
      await nextTurn()
      if (writes > 0) journal.published(batch)
      for (const receipt of receipts) waiters.settle(site, receipt.write, receipt)
      parts.wakeTimes.set(site, answer.nextWakeAt)
    })
    if (memory.suspect !== null) memory.suspect = writes === 0 ? { ...memory.suspect, isMachineWell: true } : null
    suspicion.passed(batch)
    return {
      failure: null,
      outbox: answer.outbox,
      event: {
        writes,
        outcomes,
        rendered: answer.rendered,
        changed: release?.changed.length ?? 0,
        removed: release?.removed.length ?? 0,
        problems: answer.problems,
        phases: watch.phases(),
      },
    }
  } catch (cause) {
    const error = asDrowseError(cause)
    return {
      failure: { error, isMachineLost: false, atOnce: false, isHarmless: false },
      outbox: 0,
      event: { writes, outcomes, rendered: answer.rendered },
    }
  }
}

/**
 * Decides who is to blame. A suspect is parked only if it fails alone right after an empty batch went well: whatever else is wrong with a
 * machine would have shown there.
 */
function failedToApply(
  parts: RunParts,
  memory: RunMemory,
  batch: Batch,
  { type, error }: { readonly type: 'lost' | 'refused'; readonly error: DrowseError },
): Carried {
  const isWritesFault = type === 'lost' || !MACHINE_FAULTS.includes(error.code)
  const suspected = memory.suspect?.isMachineWell === true ? memory.suspect.write : null
  const proven = isWritesFault && batch.writes[0]?.id === suspected ? suspected : null
  memory.suspect = null
  if (proven !== null) park(parts, batch, proven, error.message)
  const suspect = isWritesFault && proven === null ? parts.suspicion.failed(batch) : null
  if (suspect !== null) memory.suspect = { write: suspect, isMachineWell: false }
  return {
    failure: { error, isMachineLost: type === 'lost', atOnce: suspect !== null || proven !== null, isHarmless: false },
    outbox: 0,
    event: { writes: batch.writes.length, ...(proven === null ? {} : { parked: proven }) },
  }
}

function park({ site, journal, waiters, suspicion }: RunParts, batch: Batch, write: string, because: string): void {
  journal.park(site, write, because)
  waiters.settle(site, write, null)
  suspicion.passed(batch)
}

/** Lets the guest forget what is published. It comes after the answers, so that nobody waits for it; if it is lost the guest sends more again. */
export async function acknowledge(link: GuestLink, outbox: number, limits: DispatchLimits): Promise<RunFailure | null> {
  try {
    for await (const { message } of link.exchange({ type: 'acknowledge', outbox }, [], AbortSignal.timeout(limits.applyMs))) {
      if (message.type === 'acknowledged') return null
      const error = new DrowseError('guest-refused', `The guest answered an acknowledgement with “${message.type}”.`)
      return { error, isMachineLost: true, atOnce: false, isHarmless: true }
    }
    return {
      error: new DrowseError('machine-failed', 'The guest did not answer an acknowledgement.'),
      isMachineLost: true,
      atOnce: false,
      isHarmless: true,
    }
  } catch (cause) {
    return { error: asDrowseError(cause, 'machine-failed'), isMachineLost: true, atOnce: false, isHarmless: true }
  }
}
