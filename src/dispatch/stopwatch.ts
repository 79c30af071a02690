import type { Phase } from '../machines/types.ts'
import type { Clock } from './types.ts'

/** Sums up times by the phase they belong to, in the order the phases first came. */
export interface Stopwatch {
  time<T>(phase: string, work: () => Promise<T>): Promise<T>
  add(phase: string, ns: number): void
  phases(): readonly Phase[]
  ns(phase: string): number
}

export function createStopwatch(clock: Clock): Stopwatch {
  const sums = new Map<string, number>()

  function add(phase: string, ns: number): void {
    sums.set(phase, (sums.get(phase) ?? 0) + Math.max(0, Math.round(ns)))
  }

  return {
    add,
    async time(phase, work) {
      const startedNs = clock.monotonicNs()
      try {
        return await work()
      } finally {
        add(phase, Number(clock.monotonicNs() - startedNs))
      }
    },
    phases: () => Array.from(sums, ([name, ns]) => ({ name, ns })),
    ns: (phase) => sums.get(phase) ?? 0,
  }
}
