import { asDrowseError, DrowseError } from '../errors/drowse-error.ts'
import type { Tier } from '../machines/types.ts'
import type { Actor } from '../protocol/types.ts'
import { retryDelayMs } from './backoff.ts'
import { type RunOutcome, runMachine, sinkMachine } from './machine-run.ts'
import type { MemoryBudget, Sleeper } from './memory-budget.ts'
import type { RunMemory, RunParts } from './run-parts.ts'
import type { SavedTimes } from './saved-times.ts'
import { belowPaused, type IdlePolicy, isAbove, nextTier } from './tiers.ts'
import type { SiteMachine, WakeBudget } from './types.ts'

/** One site's runs, one after the other. */
export interface Lane {
  /** There may be work. Wakes nothing if there is none. */
  notify(whose: Actor['role']): void
  /** See `Dispatcher`. */
  heldMs(): number
  readonly machine: SiteMachine
  /** Its machine was saved under an earlier gateway, at this time. Called once, before all else. */
  recall(savedSinceMs: number): void
  /** See the dispatcher's. */
  quietUntil(): number | null
  /** Resolves when nothing runs any more. */
  stop(): Promise<void>
}

interface LaneOptions {
  readonly idle: IdlePolicy
  readonly random: () => number
  readonly savedTimes: SavedTimes
  readonly budget: MemoryBudget | null
  readonly wakes: WakeBudget
}

/** The owner is told of a spent budget at most this often. */
const TOLD_EVERY_NS = 3_600_000_000_000n

/** Calls during a run, its suspend included, lead to another look at the queue after it: no write is missed. */
export function createLane(parts: Omit<RunParts, 'isStopping'>, { idle, random, savedTimes, budget, wakes }: LaneOptions): Lane {
  const { site, driver, clock, limits } = parts
  const memory: RunMemory = { suspect: null, acknowledged: 0, cpuNs: 0, heldBytes: 0, writtenNs: 0n }
  const runParts: RunParts = { ...parts, isStopping: () => isStopping }
  let isStopping = false
  let isWanted = false
  /** It is wanted on the owner's behalf, whom no budget holds back. */
  let isOwners = false
  let notifiedNs: bigint | null = null
  let failures = 0
  let running: Promise<void> | null = null
  /** Calls off the next retry; while it is set, the site is being left alone. */
  let cancelRetry: (() => void) | null = null
  /** Calls off the look at the budget; while it is set, visitors' writes wait for it. */
  let cancelHold: (() => void) | null = null
  let toldNs: bigint | null = null
  /** How the machine sleeps, and since when; null where that is not known. */
  let rest: { readonly tier: Tier; readonly sinceNs: bigint } | null = null
  let cancelSinking: (() => void) | null = null
  /** Of a machine that sleeps with its memory held. */
  let sleeper: Sleeper | null = null
  /** Whether it could not sink when it was to: then it is not evicted before it has worked again. */
  let isStubborn = false

  function begin(work: () => Promise<void>): void {
    cancelSinking?.()
    cancelSinking = null
    if (sleeper !== null) budget?.release(sleeper)
    sleeper = null
    cancelHold?.()
    cancelHold = null
    running = work().finally(() => {
      running = null
      if (isWanted) proceed()
      if (running === null) countIn()
      if (running === null) sinkLater()
    })
  }

  function restAt(tier: Tier | null): void {
    rest = tier === null ? null : { tier, sinceNs: clock.monotonicNs() }
    savedTimes.set(site, tier === 'saved' ? clock.now() : null)
  }

  /** A machine that sleeps with its memory held counts for the budget, and may have to sink at once. */
  function countIn(): void {
    if (budget === null || rest?.tier !== 'paused' || isStopping || isStubborn) return
    sleeper = { memoryBytes: memory.heldBytes, writtenNs: memory.writtenNs, evict }
    budget.hold(sleeper)
  }

  function evict(): void {
    if (running === null && !isStopping) begin(() => sink('paused', belowPaused(idle, driver.capabilities)))
  }

  function proceed(): void {
    if (running !== null || cancelRetry !== null || isStopping) return
    if (isHeld()) hold()
    else begin(drain)
  }

  function spend(): void {
    wakes.spend()
    if (wakes.waitMs() > 0) tellOfBudget()
  }

  function isHeld(): boolean {
    return !isOwners && wakes.waitMs() > 0
  }

  function hold(): void {
    if (cancelHold !== null) return
    cancelHold = clock.after(wakes.waitMs(), () => {
      cancelHold = null
      proceed()
    })
    tellOfBudget()
  }

  function tellOfBudget(): void {
    const nowNs = clock.monotonicNs()
    if (toldNs !== null && nowNs - toldNs < TOLD_EVERY_NS) return
    toldNs = nowNs
    report(
      new DrowseError('wakes-spent', 'Visitors have had the machine woken as often as they may for now.', {
        hint: 'What they write is kept, and carried with the next wake; yours goes through at once. The numbers are `gateway.wakesPerHour` and `wakesPerDay` in site.yaml.',
      }),
    )
  }

  async function drain(): Promise<void> {
    while (isWanted && !isStopping && cancelRetry === null && !isHeld()) {
      const since = notifiedNs
      const ownersRun = isOwners
      isWanted = false
      isOwners = false
      notifiedNs = null
      const outcome = await runMachine(runParts, memory, since).catch(unforeseen)
      if (!ownersRun && (outcome.error !== null || outcome.tier !== 'unchanged')) spend()
      if (outcome.error === null) {
        failures = 0
        isStubborn = false
        if (outcome.tier !== 'unchanged') restAt(outcome.tier)
      } else {
        restAt(null)
        isWanted = true
        isOwners ||= ownersRun
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

  function sinkLater(): void {
    if (rest === null || isStopping) return
    const { tier, sinceNs } = rest
    const next = nextTier(tier, idle, driver.capabilities)
    if (next === null) return
    const sleptMs = Number(clock.monotonicNs() - sinceNs) / 1e6
    cancelSinking = clock.after(Math.max(0, next.afterMs - sleptMs), () => {
      if (running === null && !isStopping) begin(() => sink(tier, next.tier))
    })
  }

  /** From one tier to a deeper one, without waking the machine for any work. One that fails is tried again after as long a sleep. */
  async function sink(from: Tier, to: Tier): Promise<void> {
    try {
      await sinkMachine(runParts, memory, from, to)
      restAt(to)
    } catch (cause) {
      restAt(from)
      isStubborn = true
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
    if (outcome.error !== null) {
      restAt(null)
      throw outcome.error
    }
    if (outcome.tier !== 'unchanged') restAt(outcome.tier)
  }

  async function sinkTo(to: Tier): Promise<void> {
    const { pause, save } = driver.capabilities
    if ((to === 'paused' && !pause) || (to === 'saved' && !save))
      throw new DrowseError('usage', `A machine of the ${driver.name} driver can’t be ${to}.`, { hint: 'It can be turned off.' })
    const state = await driver.observe(site)
    if (state === 'absent' || state === 'off') return restAt('off')
    const from = state === 'saved' ? 'saved' : 'paused'
    const sinks = state === 'running' || state === 'broken' || isAbove(from, to)
    if (sinks) await sinkMachine(runParts, memory, from, to)
    restAt(sinks ? to : from)
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
    heldMs: () => (running === null ? wakes.waitMs() : 0),
    notify(whose) {
      isOwners ||= whose === 'owner'
      notifiedNs ??= clock.monotonicNs()
      isWanted = true
      proceed()
    },
    recall(savedSinceMs) {
      const sleptNs = BigInt(Math.round(Math.max(0, clock.now() - savedSinceMs) * 1e6))
      rest = { tier: 'saved', sinceNs: clock.monotonicNs() - sleptNs }
      sinkLater()
    },
    quietUntil() {
      if (running !== null || isWanted || cancelRetry !== null || rest?.tier === 'paused') return null
      const next = rest === null ? null : nextTier(rest.tier, idle, driver.capabilities)
      if (rest === null || next === null) return Number.POSITIVE_INFINITY
      return clock.now() + next.afterMs - Number(clock.monotonicNs() - rest.sinceNs) / 1e6
    },
    async stop() {
      isStopping = true
      if (sleeper !== null) budget?.release(sleeper)
      cancelRetry?.()
      cancelHold?.()
      cancelSinking?.()
      await running
    },
  }
}
