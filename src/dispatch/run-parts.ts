import type { DrowseError } from '../errors/drowse-error.ts'
import type { EffectOutbox, Journal } from '../journal/types.ts'
import type { MachineDriver, Tier } from '../machines/types.ts'
import type { Meter, Prices } from '../meter/types.ts'
import type { Publisher } from '../publish/types.ts'
import type { Suspicion } from './suspicion.ts'
import type { BatchEvent, Clock, DispatchLimits } from './types.ts'
import type { Waiters } from './waiters.ts'
import type { WakeTimes } from './wake-times.ts'

/** What a run works with. */
export interface RunParts {
  readonly site: string
  readonly journal: Journal
  readonly driver: MachineDriver
  readonly publisher: Publisher
  readonly effects: EffectOutbox
  readonly meter: Pick<Meter, 'record'>
  readonly clock: Clock
  readonly waiters: Waiters
  readonly wakeTimes: WakeTimes
  readonly suspicion: Suspicion
  readonly limits: DispatchLimits
  readonly sleepTier: Tier
  readonly bootId: string
  readonly prices: Prices | null
  readonly emit: (event: BatchEvent) => void
  readonly isStopping: () => boolean
}

/** What one run leaves for the next. */
export interface RunMemory {
  /** A write that seems to be the reason that batches fail. `isMachineWell`: an empty batch has gone well since. */
  suspect: { readonly write: string; readonly isMachineWell: boolean } | null
  /** The newest outbox number that the guest was told is published. */
  acknowledged: number
  /** What the driver last said of the processor's time the machine has had since it was started. */
  cpuNs: number
  /** What the driver last said of the memory that it holds while it sleeps. */
  heldBytes: number
  /** When it last published a write, by the monotonic clock; 0 if it never did. */
  writtenNs: bigint
}

/** Why a run ends early. */
export interface RunFailure {
  readonly error: DrowseError
  /** Nobody can say what state the machine is in: it must be woken cold. */
  readonly isMachineLost: boolean
  /** Trying again need not wait. */
  readonly atOnce: boolean
  /** Everything that was to be done is done. */
  readonly isHarmless: boolean
}
