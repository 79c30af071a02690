import type { Phase } from '../machines/types.ts'

/** What a run's time went to. `wake` and `suspend` are what the machine costs; `work` is everything between. */
export interface RunTimes {
  readonly wake: readonly Phase[]
  readonly suspend: readonly Phase[]
  /** From the start of the wake to the end of the suspend, nanoseconds. */
  readonly wholeNs: number
}

/** (wake + suspend) ÷ the whole, 0…1. A run that took no time at all has a share of 0. */
export function wakeShare({ wake, suspend, wholeNs }: RunTimes): number {
  if (wholeNs <= 0) return 0
  return Math.min(1, (total(wake) + total(suspend)) / wholeNs)
}

/** The sum of the phases, nanoseconds. */
export function total(phases: readonly Phase[]): number {
  return phases.reduce((sum, phase) => sum + phase.ns, 0)
}
