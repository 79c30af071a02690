import type { Phase } from '../machines/types.ts'

/** One run of a machine, from wake to suspend. Integer nanoseconds of the monotonic clock. */
export interface MachineRun {
  readonly site: string
  readonly driver: string
  /** The kernel's boot id, so that monotonic times of different boots are never compared. */
  readonly bootId: string
  readonly startedNs: bigint
  readonly endedNs: bigint
  /** Wall clock of the start, ISO, for people. */
  readonly startedAt: string
  readonly from: string
  readonly to: string
  readonly reason: string
  readonly writes: number
  readonly phases: readonly Phase[]
  /** Of this run: (wake + suspend) ÷ the whole time, 0…1. */
  readonly wakeShare: number
}

export interface Meter {
  /** Adds a row; rows are never changed. */
  record(run: MachineRun): void
  runs(site: string, limit: number): readonly MachineRun[]
}
