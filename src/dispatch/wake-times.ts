import type { DurableState } from '../journal/types.ts'
import type { Clock } from './types.ts'

const PREFIX = 'dispatch/wake-at/'
// A clock that is set forward is noticed after this time at the latest.
const LONGEST_SLEEP_MS = 30_000
// A guest that always wants to be woken at once is given this pause.
const SHORTEST_SLEEP_MS = 1_000

/** When each machine wants to be woken without a write: kept over restarts, one timer for all. */
export interface WakeTimes {
  /** Reads what was kept and starts the timer. */
  start(): void
  set(site: string, at: string | null): void
  isDue(site: string): boolean
  /** The next time that was set and has not been called, in milliseconds since 1970; `Infinity` if there is none. */
  readonly next: number
  stop(): void
}

/** `wake` is called once for each time that was set, when it has come. */
export function createWakeTimes(state: DurableState, clock: Clock, wake: (site: string) => void): WakeTimes {
  const times = new Map<string, number>()
  const called = new Set<string>()
  let cancel: (() => void) | null = null
  let isStarted = false

  function soonest(): number {
    return Math.min(...[...times].filter(([site]) => !called.has(site)).map(([, at]) => at))
  }

  function arm(): void {
    cancel?.()
    cancel = null
    if (!isStarted) return
    const next = soonest()
    if (next === Number.POSITIVE_INFINITY) return
    cancel = clock.after(Math.min(Math.max(0, next - clock.now()), LONGEST_SLEEP_MS), ring)
  }

  function ring(): void {
    const due = [...times.keys()].filter((site) => !called.has(site) && isDue(site))
    for (const site of due) called.add(site)
    arm()
    for (const site of due) wake(site)
  }

  function isDue(site: string): boolean {
    return (times.get(site) ?? Number.POSITIVE_INFINITY) <= clock.now()
  }

  return {
    start() {
      for (const [key, at] of state.entries(PREFIX)) times.set(key.slice(PREFIX.length), Date.parse(at))
      isStarted = true
      arm()
    },
    set(site, at) {
      const wanted = at === null ? null : Math.max(Date.parse(at), isDue(site) ? clock.now() + SHORTEST_SLEEP_MS : 0)
      if ((times.get(site) ?? null) === wanted) return
      state.set(PREFIX + site, wanted === null ? null : new Date(wanted).toISOString())
      if (wanted === null) times.delete(site)
      else times.set(site, wanted)
      called.delete(site)
      arm()
    },
    isDue,
    get next() {
      return soonest()
    },
    stop() {
      isStarted = false
      arm()
    },
  }
}
