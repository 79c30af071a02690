import type { Clock } from './types.ts'

/** A timer of Node's that is set for longer goes off at once. */
const LONGEST_MS = 2 ** 31 - 1

/** The host's own clocks and timers. */
export function systemClock(): Clock {
  return {
    now: Date.now,
    monotonicNs: process.hrtime.bigint,
    after(ms, run) {
      let timer: NodeJS.Timeout
      const wait = (leftMs: number) => {
        const go = leftMs > LONGEST_MS ? () => wait(leftMs - LONGEST_MS) : run
        timer = setTimeout(go, Math.min(leftMs, LONGEST_MS))
      }
      wait(ms)
      return () => clearTimeout(timer)
    },
  }
}
