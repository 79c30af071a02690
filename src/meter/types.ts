import type { Phase } from '../machines/types.ts'

/** What the time of a machine costs. */
export interface Prices {
  /** A name for these prices, such as `2026-11`. */
  readonly version: string
  /** ISO 4217. */
  readonly currency: string
  /** Of an hour that the machine runs. */
  readonly awakeHour: number
  /** Of an hour that a paused machine holds a gigabyte (10⁹ bytes) of memory. */
  readonly memoryGbHour: number
}

/** Why a machine ran: writes, a time the guest had asked for, its owner's wish, to sink to a deeper tier, or for work that failed and is free. */
export type RunReason = 'write' | 'timer' | 'owner' | 'idle' | 'failed'

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
  readonly reason: RunReason
  readonly writes: number
  readonly phases: readonly Phase[]
  /** Of this run: (wake + suspend) ÷ the whole time, 0…1. */
  readonly wakeShare: number
  /** Of the processor during this run; null where the driver could not tell. */
  readonly cpuNs: number | null
  /** Memory of the host that is held after it; null where the driver could not tell. */
  readonly memoryBytes: number | null
  /** In force when it ran; null: none were set. */
  readonly prices: Prices | null
}

/** A run as the meter keeps it. */
export interface NumberedRun extends MachineRun {
  readonly id: number
  /** Why nothing is asked for it, if a correction says so; else null. */
  readonly freedFor: string | null
}

export interface Meter {
  /** Adds a row; rows are never changed. */
  record(run: MachineRun): void
  /** The newest runs of a site, newest first. */
  runs(site: string, limit: number): readonly NumberedRun[]
  /** The runs that began at or after one time and before another (ISO), in their order. */
  between(site: string, from: string, until: string): readonly NumberedRun[]
  /** Those, and the one before and the one after: what was held at both ends shows by them. */
  around(site: string, from: string, until: string): readonly NumberedRun[]
  /** Adds a correction: nothing is asked for that run. False where there is no such run, or it has one already. */
  free(site: string, run: number, at: string, why: string): boolean
}
