import { asDrowseError, DrowseError } from '../errors/drowse-error.ts'
import type { Tier } from '../machines/types.ts'
import { retryDelayMs } from './backoff.ts'
import { type RunOutcome, runMachine, sinkMachine } from './machine-run.ts'
import type { RunMemory, RunParts } from './run-parts.ts'
import { type IdlePolicy, isAbove, nextTier } from './tiers.ts'
import type { SiteMachine } from './types.ts'

/** One site's runs, one after the other. */
export interface Lane {
  /** There may be work. Wakes nothing if there is none. */
  notify(): void
  readonly machine: SiteMachine
  /** Resolves when nothing runs any more. */
  stop(): Promise<void>
}

interface LaneOptions {
  readonly idle: IdlePolicy
  readonly random: () => number
}

/** Calls during a run, its suspend included, lead to another look at the queue after it: no write is missed. */
export function createLane(parts: Omit<RunParts, 'isStopping'>, { idle, random }: LaneOptions): Lane {
  const { site, driver, clock, limits } = parts
  const memory: RunMemory = { suspect: null, acknowledged: 0, cpuNs: 0 }
  const runParts: RunParts = { ...parts, isStopping: () => isStopping }
  let isStopping = false
  let isWanted = false
  let notifiedNs: bigint | null = null
  let failures = 0
  let running: Promise<void> | null = null
  /** Calls off the next retry; while it is set, the site is being left alone. */
  let cancelRetry: (() => void) | null = null
  let cancelSinking: (() => void) | null = null

  function begin(work: () => Promise<void>): void {
    cancelSinking?.()
    cancelSinking = null
    running = work().finally(() => {
      running = null
      if (isWanted) proceed()
    })
  }

  function proceed(): void {
    if (running !== null || cancelRetry !== null || isStopping) return
    begin(drain)
  }

  async function drain(): Promise<void> {
    while (isWanted && !isStopping && cancelRetry === null) {
      isWanted = false
      const since = notifiedNs
      notifiedNs = null
      const outcome = await runMachine(runParts, memory, since).catch(unforeseen)
      if (outcome.error === null) {
        failures = 0
        if (outcome.tier !== null) sinkLater(outcome.tier)
      } else {
        isWanted = true
        if (!outcome.atOnce) retryLater()
      }
    }
  }

  function unforeseen(cause: unknown): RunOutcome {
    const error = asDrowseError(cause)
    report(error)
    return { error, atOnce: false }
  }

  function retryLater(): void {
    failures += 1
    cancelRetry = clock.after(retryDelayMs(failures, limits.retryBaseMs, limits.retryCapMs, random()), () => {
      cancelRetry = null
      proceed()
    })
  }

  function sinkLater(tier: Tier): void {
    const next = isStopping ? null : nextTier(tier, idle, driver.capabilities)
    cancelSinking?.()
    cancelSinking =
      next === null
        ? null
        : clock.after(next.afterMs, () => {
            if (running === null && !isStopping) begin(() => sink(tier, next.tier))
          })
  }

  /** From one tier to a deeper one, without waking the machine for any work. */
  async function sink(from: Tier, to: Tier): Promise<void> {
    try {
      await sinkMachine(runParts, memory, from, to)
      sinkLater(to)
    } catch (cause) {
      report(asDrowseError(cause, 'machine-failed'))
    }
  }

  /** Does what the owner asks for when nothing else runs. */
  async function alone(work: () => Promise<void>): Promise<void> {
    while (running !== null) await running
    if (isStopping) throw new DrowseError('machine-failed', 'The gateway is stopping.')
    const done = Promise.withResolvers<void>()
    begin(() => work().then(done.resolve, done.reject))
    await done.promise
  }

  async function wakeOnce(): Promise<void> {
    const outcome = await runMachine(runParts, memory, null, true)
    if (outcome.error !== null) throw outcome.error
    if (outcome.tier !== null) sinkLater(outcome.tier)
  }

  async function sinkTo(to: Tier): Promise<void> {
    const { pause, save } = driver.capabilities
    if ((to === 'paused' && !pause) || (to === 'saved' && !save))
      throw new DrowseError('usage', `A machine of the ${driver.name} driver can’t be ${to}.`, { hint: 'It can be turned off.' })
    const state = await driver.observe(site)
    if (state === 'absent' || state === 'off') return
    const from = state === 'saved' ? 'saved' : 'paused'
    if (state === 'running' || state === 'broken' || isAbove(from, to)) await sinkMachine(runParts, memory, from, to)
    sinkLater(isAbove(from, to) ? to : from)
  }

  function report(error: DrowseError): void {
    parts.emit({
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
      error,
    })
  }

  return {
    machine: {
      driver: driver.name,
      state: () => driver.observe(site),
      wake: () => alone(wakeOnce),
      sink: (to) => alone(() => sinkTo(to)),
    },
    notify() {
      notifiedNs ??= clock.monotonicNs()
      isWanted = true
      proceed()
    },
    async stop() {
      isStopping = true
      cancelRetry?.()
      cancelSinking?.()
      await running
    },
  }
}
