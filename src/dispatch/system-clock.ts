import type { Clock } from './types.ts'

/** The host's own clocks and timers. */
export function systemClock(): Clock {
  return {
    now: Date.now,
    monotonicNs: process.hrtime.bigint,
    after(ms, run) {
      const timer = setTimeout(run, ms)
      return () => clearTimeout(timer)
    },
  }
}
