import { DrowseError } from '../errors/drowse-error.ts'
import type { Actor } from '../protocol/types.ts'
import { createLane, type Lane } from './lane.ts'
import { createSavedTimes } from './saved-times.ts'
import { createSuspicion } from './suspicion.ts'
import { firstTier, type IdlePolicy } from './tiers.ts'
import type { Dispatcher, DispatcherOptions, DispatchLimits, WakeBudget } from './types.ts'
import { createWaiters } from './waiters.ts'
import { createWakeTimes } from './wake-times.ts'

const LIMITS: DispatchLimits = {
  // The owner waits for one of visitors' at most.
  batch: 500,
  wakeMs: 30_000,
  applyMs: 120_000,
  suspendMs: 10_000,
  sinkMs: 60_000,
  retryBaseMs: 250,
  retryCapMs: 60_000,
  suspectAfter: 5,
}

const UNLIMITED: WakeBudget = { waitMs: () => 0, spend: () => undefined }

const IDLE: IdlePolicy = { keepPausedMs: null, keepSavedMs: null }

/** See `Dispatcher`. Sites run beside each other, each with one machine and one batch at a time. */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { journal, driver, effects, meter, clock, bootId, random } = options
  const idle = options.idle ?? IDLE
  const limits = { ...LIMITS, ...options.limits }
  const sleepTier = firstTier(idle, driver.capabilities)
  const waiters = createWaiters(clock)
  const wakeTimes = createWakeTimes(journal.state, clock, (site) => notify(site, 'visitor'))
  const savedTimes = createSavedTimes(journal.state)
  const lanes = new Map<string, Lane>()
  let isStopped = false

  function laneOf(site: string): Lane {
    const there = lanes.get(site)
    if (there !== undefined) return there
    const suspicion = createSuspicion(limits.suspectAfter)
    const publisher = options.publisher(site)
    const shared = {
      site,
      journal,
      driver,
      publisher,
      effects,
      meter,
      clock,
      waiters,
      wakeTimes,
      suspicion,
      limits,
      sleepTier,
      bootId,
      prices: options.prices ?? null,
    }
    const held = { savedTimes, budget: options.budget ?? null }
    const lane = createLane(
      { ...shared, emit: options.onBatch },
      { idle, random, ...held, wakes: options.wakes?.(site) ?? UNLIMITED },
    )
    lanes.set(site, lane)
    return lane
  }

  function notify(site: string, whose: Actor['role'] = 'owner'): void {
    if (!isStopped) laneOf(site).notify(whose)
  }

  return {
    start() {
      wakeTimes.start()
      for (const [site, sinceMs] of savedTimes.entries) laneOf(site).recall(sinceMs)
      // What a write was parked for may be mended: that is often why a gateway is started anew. If it fails again it is parked again.
      journal.unparkAll()
      for (const site of journal.sitesWithWork()) notify(site)
    },
    notify,
    heldMs: (site) => laneOf(site).heldMs(),
    async settled(site, write, deadlineMs) {
      const entry = journal.find(site, write)
      if (entry === null) throw new DrowseError('write-unknown', `There is no write ${write} on this site.`)
      if (entry.state === 'published') return entry.receipt
      if (entry.state === 'parked' || isStopped) return null
      return await waiters.wait(site, write, deadlineMs)
    },
    machine: (site) => laneOf(site).machine,
    quietUntil() {
      const times = [...lanes.values()].map((lane) => lane.quietUntil())
      return times.some((time) => time === null) ? null : Math.min(wakeTimes.next, ...times.map(Number))
    },
    async stop() {
      isStopped = true
      wakeTimes.stop()
      await Promise.all([...lanes.values()].map((lane) => lane.stop()))
      waiters.close()
    },
  }
}
