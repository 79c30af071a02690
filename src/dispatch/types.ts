import type { DrowseError } from '../errors/drowse-error.ts'
import type { EffectOutbox, Journal } from '../journal/types.ts'
import type { Awake, MachineDriver, MachineState, Phase, Tier } from '../machines/types.ts'
import type { Meter, Prices } from '../meter/types.ts'
import type { Actor, Effect, Json, Problem, Receipt } from '../protocol/types.ts'
import type { Publisher } from '../publish/types.ts'
import type { MemoryBudget } from './memory-budget.ts'
import type { IdlePolicy } from './tiers.ts'

/** Time, as the dispatcher sees it. */
export interface Clock {
  /** Milliseconds since 1970; may jump. */
  now(): number
  /** Never jumps, never goes back. */
  monotonicNs(): bigint
  /** Calls `run` once after `ms`. Returns the way to call it off. */
  after(ms: number, run: () => void): () => void
}

/** What one write of a batch came to. */
export interface Outcome {
  readonly kind: string
  readonly receipt: Receipt
}

/** What became of one batch: what the terminal prints. */
export interface BatchEvent {
  readonly site: string
  readonly writes: number
  /** Of the writes, in their order; none where the guest did not answer. */
  readonly outcomes: readonly Outcome[]
  /** Pages whose render function ran. */
  readonly rendered: number
  /** Objects that were published. */
  readonly changed: number
  readonly removed: number
  /** Pages that could not be rendered. */
  readonly problems: readonly Problem[]
  /**
   * Of queue, wake, apply, render, transfer, publish, record and suspend, those that belong to this batch: `queue` and `wake` to the first of a machine's run,
   * `suspend` to the last.
   */
  readonly phases: readonly Phase[]
  /** (wake + suspend) ÷ the time from the first write's acceptance to the end of the suspend. Null for all but the last batch of a run. */
  readonly wakeShare: number | null
  /** Null when the machine could not be woken. */
  readonly from: Awake['from'] | null
  /** What failed. Writes that were not published are kept. */
  readonly error?: DrowseError
  /** The write that was put aside. */
  readonly parked?: string
}

export interface DispatchLimits {
  /** Writes in a batch. */
  readonly batch: number
  readonly wakeMs: number
  readonly applyMs: number
  readonly suspendMs: number
  /** To a deeper tier, which may write all memory to disk: nobody waits but for a write that comes just then. */
  readonly sinkMs: number
  /** The second retry comes after about this time, each further one after twice as long. The first comes at once. */
  readonly retryBaseMs: number
  readonly retryCapMs: number
  /** A batch that failed to apply this often is applied one write at a time. */
  readonly suspectAfter: number
}

/** How often visitors, and timers that they may have set, can have the machine woken. */
export interface WakeBudget {
  /** How long until there is a wake to be had; 0: now. */
  waitMs(): number
  spend(): void
}

export interface DispatcherOptions {
  readonly journal: Journal
  readonly driver: MachineDriver
  readonly publisher: (site: string) => Publisher
  readonly meter: Pick<Meter, 'record'>
  readonly effects: EffectOutbox
  readonly clock: Clock
  /** A number in 0…1, for jitter. */
  readonly random: () => number
  /** The kernel's, for the meter. */
  readonly bootId: string
  /** In force from now on, for the meter. */
  readonly prices?: Prices | null
  readonly onBatch: (event: BatchEvent) => void
  readonly idle?: IdlePolicy
  /** What paused machines may hold together; without one, any amount. */
  readonly budget?: MemoryBudget
  /** Of each site. Not limited if it is not given. */
  readonly wakes?: (site: string) => WakeBudget
  readonly limits?: Partial<DispatchLimits>
}

/** What the machine is to be told of what was done outside: a write of the gateway's own, which no form takes. */
export interface Telling {
  readonly kind: string
  readonly payload: Json
  /** Its idempotency key. */
  readonly key: string
  /** What the owner should see of it in the terminal. */
  readonly fault?: DrowseError
}

/** Does one kind of effect, such as sending a mail. */
export interface Performer {
  readonly kind: string
  /** Resolves once it is done, with what the machine is to be told of it. Throws an error whose code says whether it may be tried again; may be called again after it was done. */
  perform(effect: Effect): Promise<Telling | null>
}

export interface EffectsOptions {
  readonly site: string
  readonly outbox: Pick<EffectOutbox, 'waiting' | 'performed'>
  readonly performers: readonly Performer[]
  /** Accepts a telling durably. */
  readonly tell: (telling: Telling) => Promise<unknown>
  readonly clock: Clock
  /** A number in 0…1, for jitter. */
  readonly random: () => number
  /** Is told each failure, those that are tried again too. */
  readonly onFault: (error: DrowseError) => void
}

/** Performs the outbox's effects: each at least once, and once where nothing dies in between. Those of a kind that nobody performs are kept. */
export interface Effects {
  /** There may be work. Returns at once. */
  notify(): void
  /** Finishes what is under way. */
  stop(): Promise<void>
}

/** A site's machine, as its owner may handle it beside the writes. Verbs wait until what is under way is finished. */
export interface SiteMachine {
  readonly driver: string
  /** Observed, not remembered. Wakes nothing. */
  state(): Promise<MachineState>
  /** Wakes the machine without work; returns once it sleeps again, in the tier it sleeps in after a write. */
  wake(): Promise<void>
  /** Lets a sleeping machine sink; returns once it is seen to be at `to`, or was at that tier or a deeper one. Rejects with `usage` where its driver has no such tier. */
  sink(to: Tier): Promise<void>
}

/** Brings accepted writes to the machine and what comes of them to the readers: the write's way. */
export interface Dispatcher {
  /** Takes up the work that was left over, what was parked included, and the timers. Called once. */
  start(): void
  /**
   * A write of this site was accepted. Returns at once; any number of calls is fine. The machine is woken for visitors as far as `wakes` goes, and then carries what waits
   * with the next wake; for the owner always.
   */
  notify(site: string, whose?: Actor['role']): void
  /** How long a visitor's write accepted now would wait for the budget; 0: not at all. */
  heldMs(site: string): number
  /**
   * Resolves to the write's receipt as soon as readers can see what came of it; to null at the deadline, when the write was parked, or when the
   * dispatcher stops. The write goes on all the same. Rejects with `write-unknown`.
   */
  settled(site: string, write: string, deadlineMs: number): Promise<Receipt | null>
  machine(site: string): SiteMachine
  /**
   * Whether it could be stopped without loss to anybody: null while something is under way or a machine holds memory; else when the first timer will go off, in milliseconds since 1970,
   * `Infinity` if there is none.
   */
  quietUntil(): number | null
  /** Finishes the batches under way and puts their machines to sleep. Nothing runs afterwards. */
  stop(): Promise<void>
}
