import { asDrowseError, type DrowseError } from '../errors/drowse-error.ts'
import type { Batch } from '../journal/types.ts'
import type { Awake, Tier } from '../machines/types.ts'
import type { MachineRun } from '../meter/types.ts'
import { acknowledge, carryBatch } from './carry-batch.ts'
import type { RunFailure, RunMemory, RunParts } from './run-parts.ts'
import { createStopwatch, type Stopwatch } from './stopwatch.ts'
import type { BatchEvent, Clock } from './types.ts'

export type RunOutcome =
  /** Where the machine sleeps now: null where it had to be destroyed, `unchanged` where there was nothing to do. */
  { readonly error: null; readonly tier: Tier | null | 'unchanged' } | { readonly error: DrowseError; readonly atOnce: boolean }

/**
 * One run of a site's machine: wake, take every batch to the readers until the queue is empty, sleep. Does nothing if there is nothing to do.
 * `notifiedNs` is the monotonic time at which the first write was announced, if it is known; `isAsked`: wake it though there is nothing to do. What fails stays in the
 * journal.
 */
export async function runMachine(
  parts: RunParts,
  memory: RunMemory,
  notifiedNs: bigint | null,
  isAsked = false,
): Promise<RunOutcome> {
  const { site, journal, driver, clock, limits, emit } = parts
  const first = journal.claim(site, 1)
  if (first === null && memory.suspect === null && !parts.wakeTimes.isDue(site) && !isAsked)
    return { error: null, tier: 'unchanged' }

  const startedAt = new Date(clock.now()).toISOString()
  const startedNs = clock.monotonicNs()
  const run = createStopwatch(clock)
  const watch = createStopwatch(clock)
  const queueNs = queued(first, notifiedNs, startedNs, clock)
  if (first !== null) watch.add('queue', queueNs)

  let awake: Awake
  try {
    awake = await watch.time('wake', () => driver.wake(site, AbortSignal.timeout(limits.wakeMs)))
  } catch (cause) {
    const error = asDrowseError(cause, 'machine-failed')
    emit({ ...nothing(site), phases: watch.phases(), error })
    return { error, atOnce: false }
  }

  const drained = await drain(parts, memory, awake, run, watch)
  const { failure, last } = drained
  const slept = await last.time('suspend', () => sleep(parts, failure?.isMachineLost === true))

  const endedNs = clock.monotonicNs()
  addAll(run, last)
  const wholeNs = queueNs + Number(endedNs - startedNs)
  const wakeShare = Math.min(1, (run.ns('wake') + run.ns('suspend')) / Math.max(1, wholeNs))
  const error = failure?.error ?? slept.error
  const said = error === null ? {} : { error }
  emit({ ...nothing(site), from: awake.from, ...drained.event, phases: last.phases(), wakeShare, ...said })
  if (drained.writes > 0) memory.writtenNs = endedNs
  const isFree = drained.writes === 0 && failure !== null && !failure.isHarmless
  const idle = isAsked ? 'owner' : 'timer'
  const worked = first === null ? idle : 'write'
  await record(parts, memory, {
    startedNs,
    endedNs,
    startedAt,
    from: awake.from,
    to: slept.to,
    reason: isFree ? 'failed' : worked,
    writes: drained.writes,
    phases: run.phases(),
    wakeShare,
  })
  if (failure === null || failure.isHarmless) return { error: null, tier: slept.error === null ? parts.sleepTier : null }
  return { error: failure.error, atOnce: failure.atOnce }
}

/** Lets a sleeping machine sink to a deeper tier. Rejects with `machine-failed` where it can't; then it is as it was, or gone. */
export async function sinkMachine(parts: RunParts, memory: RunMemory, from: Tier, to: Tier): Promise<void> {
  const { site, driver, clock, limits } = parts
  const startedAt = new Date(clock.now()).toISOString()
  const startedNs = clock.monotonicNs()
  await driver.suspend(site, to, AbortSignal.timeout(limits.sinkMs))
  const endedNs = clock.monotonicNs()
  const phases = [{ name: 'suspend', ns: Number(endedNs - startedNs) }]
  await record(parts, memory, { startedNs, endedNs, startedAt, from, to, reason: 'idle', writes: 0, phases, wakeShare: 1 })
}

type Seen = Omit<MachineRun, 'site' | 'driver' | 'bootId' | 'prices' | 'cpuNs' | 'memoryBytes'>

/** Puts down what was seen, and what the machine has used if the driver can tell: after all that anybody waits for. */
async function record({ site, driver, meter, bootId, prices }: RunParts, memory: RunMemory, seen: Seen): Promise<void> {
  const usage = await driver.usage(site).catch(() => null)
  const before = seen.from === 'off' ? 0 : memory.cpuNs
  const cpuNs = usage === null ? null : Math.max(0, usage.cpuNs - before)
  memory.cpuNs = usage?.cpuNs ?? (seen.to === 'paused' ? memory.cpuNs : 0)
  memory.heldBytes = seen.to === 'paused' ? (usage?.memoryBytes ?? 0) : 0
  meter.record({ site, driver: driver.name, bootId, prices, ...seen, cpuNs, memoryBytes: usage?.memoryBytes ?? null })
}

interface Drained {
  readonly failure: RunFailure | null
  /** Writes that were published. */
  readonly writes: number
  /** Of the last batch, which is not told yet: it is not over before the machine sleeps. */
  readonly event: Partial<BatchEvent>
  readonly last: Stopwatch
}

/** Carries batches until there are no more or one fails. The times of all but the last are added to `run`. Never throws. */
async function drain(
  parts: RunParts,
  memory: RunMemory,
  { link, from }: Awake,
  run: Stopwatch,
  first: Stopwatch,
): Promise<Drained> {
  const { site, emit, clock, limits } = parts
  let last = first
  let event: Partial<BatchEvent> | null = null
  let writes = 0
  let outbox = memory.acknowledged
  try {
    for (let work = nextWork(parts, memory); work !== null; work = parts.isStopping() ? null : nextWork(parts, memory)) {
      if (event !== null) {
        emit({ ...nothing(site), from, ...event })
        addAll(run, last)
        last = createStopwatch(clock)
      }
      const carried = await carryBatch(parts, memory, link, work, last)
      event = carried.event
      if (carried.failure !== null) return { failure: carried.failure, writes, event, last }
      writes += work.writes.length
      outbox = carried.outbox
    }
    if (outbox === memory.acknowledged) return { failure: null, writes, event: event ?? {}, last }
    const failure = await last.time('record', () => acknowledge(link, outbox, limits))
    if (failure === null) memory.acknowledged = outbox
    return { failure, writes, event: event ?? {}, last }
  } catch (cause) {
    // The journal can't be read, say: the machine must be put to sleep all the same.
    const failure = { error: asDrowseError(cause), isMachineLost: false, atOnce: false, isHarmless: false }
    return { failure, writes, event: event ?? {}, last }
  }
}

/** With a suspect in the queue the machine must first show that it is well, with an empty batch, which a timer asks for too. */
function nextWork({ site, journal, suspicion, limits, wakeTimes }: RunParts, memory: RunMemory): Batch | null {
  if (memory.suspect?.isMachineWell === false) return { id: `without-${memory.suspect.write}`, site, writes: [] }
  const batch = journal.claim(site, suspicion.limit(limits.batch))
  return batch ?? (wakeTimes.isDue(site) ? { id: 'timer', site, writes: [] } : null)
}

/** A machine that can't be put to sleep is destroyed: it keeps its data and must not keep costing. */
async function sleep(
  { site, driver, limits, sleepTier }: RunParts,
  isLost: boolean,
): Promise<{ to: string; error: DrowseError | null }> {
  let error: DrowseError | null = null
  if (!isLost) {
    try {
      await driver.suspend(site, sleepTier, AbortSignal.timeout(limits.suspendMs))
      return { to: sleepTier, error }
    } catch (cause) {
      error = asDrowseError(cause, 'machine-failed')
    }
  }
  try {
    await driver.destroy(site)
    return { to: 'absent', error }
  } catch (cause) {
    return { to: 'broken', error: asDrowseError(cause, 'machine-failed') }
  }
}

/**
 * How long the first write waited. The wall clock serves alone after a restart; else it says when the announcement was an earlier write's,
 * give or take its millisecond.
 */
function queued(first: Batch | null, notifiedNs: bigint | null, startedNs: bigint, clock: Clock): number {
  const write = first?.writes[0]
  if (write === undefined) return 0
  const wallNs = Math.max(0, clock.now() - Date.parse(write.acceptedAt)) * 1e6
  return notifiedNs === null ? wallNs : Math.min(Number(startedNs - notifiedNs), wallNs + 1e6)
}

function nothing(site: string): BatchEvent {
  return {
    site,
    writes: 0,
    outcomes: [],
    rendered: 0,
    changed: 0,
    removed: 0,
    problems: [],
    phases: [],
    wakeShare: null,
    from: null,
  }
}

function addAll(to: Stopwatch, from: Stopwatch): void {
  for (const { name, ns } of from.phases()) to.add(name, ns)
}
