import type { GuestLink } from '../protocol/types.ts'

/** One machine per site; the id is the site's. */
export type MachineId = string

/** How deeply a sleeping machine sleeps. paused: memory kept, no CPU. saved: memory on disk. off: data disk only. */
export type Tier = 'paused' | 'saved' | 'off'

export type MachineState = 'absent' | 'off' | 'running' | 'paused' | 'saved' | 'broken'

/** One timed step of a verb, in the order they ran. */
export interface Phase {
  readonly name: string
  readonly ns: number
}

export interface Awake {
  readonly link: GuestLink
  /** The tier it was woken from; `running` if it was awake already. */
  readonly from: Tier | 'running'
  readonly phases: readonly Phase[]
}

/** What a machine has used. */
export interface MachineUsage {
  /** Of the processor, since the machine was started. */
  readonly cpuNs: number
  /** Memory of the host that it holds now. */
  readonly memoryBytes: number
}

/**
 * What Drowse asks of a kind of machine. Every verb is idempotent, checks the state it reached instead of assuming it, and rejects with
 * `machine-failed` at the deadline.
 */
export interface MachineDriver {
  readonly name: string
  readonly capabilities: {
    readonly pause: boolean
    readonly save: boolean
    /** The guest's clock is right after a resume without being told. */
    readonly clockSurvives: boolean
    /** The guest can't reach anything but its data and its link. */
    readonly isolates: boolean
  }
  observe(id: MachineId): Promise<MachineState>
  /** Returns once the guest has echoed a fresh nonce. Held afterwards: a running machine. A memory image is a cache: any doubt → cold start. */
  wake(id: MachineId, deadline: AbortSignal): Promise<Awake>
  /** Returns once the machine is seen to be at `to`. Held afterwards: for `paused` its memory, for `off` only its data. */
  suspend(id: MachineId, to: Tier, deadline: AbortSignal): Promise<{ readonly phases: readonly Phase[] }>
  /** What a machine that runs or is paused has used; null where that can't be told. Wakes nothing. */
  usage(id: MachineId): Promise<MachineUsage | null>
  /** Removes the machine, not its data. Nothing is held afterwards. */
  destroy(id: MachineId): Promise<void>
  /** Destroys every machine this driver started. Called once, at the gateway's end. */
  close(): Promise<void>
}
