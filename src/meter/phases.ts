import { type Percentiles, percentiles } from './percentiles.ts'
import type { MachineRun } from './types.ts'

/** Where the time of runs went that began at one tier. */
export interface TierPhases {
  readonly from: string
  readonly runs: number
  readonly writes: number
  /** Nanoseconds, in the order of a write's way. */
  readonly phases: readonly ({ readonly name: string } & Percentiles)[]
  /** From the start of the wake to the end of the suspend, nanoseconds. */
  readonly whole: Percentiles
  /** 0…1, of runs that published a write. */
  readonly wakeShare: Percentiles
}

/** Sums runs up by the tier they began at. Only those that published a write are looked at: they are what somebody waited for. */
export function phasesOf(runs: readonly MachineRun[]): readonly TierPhases[] {
  const byTier = Map.groupBy(
    runs.filter(({ writes }) => writes > 0),
    ({ from }) => from,
  )
  return [...byTier].map(([from, those]) => ({
    from,
    runs: those.length,
    writes: those.reduce((sum, { writes }) => sum + writes, 0),
    phases: namesOf(those).map((name) => ({ name, ...percentiles(those.map((run) => timeOf(run, name))) })),
    whole: percentiles(those.map(({ startedNs, endedNs }) => Number(endedNs - startedNs))),
    wakeShare: percentiles(those.map(({ wakeShare }) => wakeShare)),
  }))
}

function namesOf(runs: readonly MachineRun[]): readonly string[] {
  return [...new Set(runs.flatMap(({ phases }) => phases.map(({ name }) => name)))]
}

function timeOf({ phases }: MachineRun, name: string): number {
  return phases.find((phase) => phase.name === name)?.ns ?? 0
}
