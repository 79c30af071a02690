import { join } from 'node:path'
import { createDispatcher } from '../dispatch/dispatcher.ts'
import type { MemoryBudget } from '../dispatch/memory-budget.ts'
import { createEffects } from '../dispatch/perform-effects.ts'
import { systemClock } from '../dispatch/system-clock.ts'
import type { IdlePolicy } from '../dispatch/tiers.ts'
import type { BatchEvent, Dispatcher, Performer, Telling, WakeBudget } from '../dispatch/types.ts'
import type { DrowseError } from '../errors/drowse-error.ts'
import { sqliteJournal } from '../journal/sqlite.ts'
import type { Journal } from '../journal/types.ts'
import { newWriteId } from '../journal/write-id.ts'
import type { MachineDriver, MachineId } from '../machines/types.ts'
import { bootId } from '../meter/boot-id.ts'
import { sqliteMeter } from '../meter/sqlite.ts'
import type { Meter, Prices } from '../meter/types.ts'
import { openPublisher } from '../publish/publisher.ts'
import type { PublisherOptions } from '../publish/publisher-parts.ts'
import { directoryStore } from '../publish/stores/directory.ts'
import type { Publisher, Store } from '../publish/types.ts'
import { makeDataFolder } from './data-folder.ts'
import { checkKind, type Machines, processMachines } from './machine.ts'
import { meterFileOf, SITE } from './paths.ts'

/** Of a large folder's first sync: the machine reads and renders all of it in one batch. */
const APPLY_MS = 30 * 60_000

/** The backends of a site on embedded defaults: SQLite for the journal and the meter, a folder as the store, and a machine on this host. */
export interface Backends {
  readonly journal: Journal
  readonly meter: Meter & { close(): void }
  readonly store: Store | (() => Promise<Store>)
  readonly publishing?: Partial<PublisherOptions>
  readonly driver: MachineDriver
  /** How long a wake may take. */
  readonly wakeMs: number
  /** How it sleeps, if not as the dispatcher would have it. */
  readonly idle?: IdlePolicy
  /** How often visitors can have it woken; as often as they want if it is not given. */
  readonly wakes?: WakeBudget
  /** What it may hold paused, together with others. */
  readonly budget?: MemoryBudget
  /** What its time costs, for the meter. */
  readonly prices?: Prices | null
  /** The file that caches what is published. */
  readonly indexPath: string
  /** Who does what the machine asks for outside. */
  readonly performers?: readonly Performer[]
}

/** A site that can be served and written to. */
export interface Embedded {
  readonly journal: Journal
  readonly publisher: Publisher
  readonly dispatcher: Dispatcher
  /** As the dispatcher's, and with the effects: null also while one waits that somebody here performs. */
  quietUntil(): number | null
  /** Finishes what is under way, puts the machine to sleep for good and lets go of the data folder. */
  close(): Promise<void>
}

/** Where a site is published and how, if not to a folder in the data folder. */
export interface PublishTo {
  readonly store?: () => Promise<Store>
  readonly options?: Partial<PublisherOptions>
}

/**
 * Opens a data folder, making it if need be. Throws `data-in-use` when another process has it, `folder-unwritable` when it can't be used, `config-invalid` when its machine
 * is of another kind.
 */
export function openBackends(
  dataDir: string,
  machines: Machines = processMachines(),
  { store, options = {} }: PublishTo = {},
): Backends {
  makeDataFolder(dataDir)
  const machineDir = (id: MachineId) => join(dataDir, 'machines', id)
  checkKind(machines, machineDir(SITE))
  const journal = sqliteJournal({ path: join(dataDir, 'journal.db'), now: Date.now, newId: newWriteId })
  return {
    journal,
    meter: sqliteMeter(meterFileOf(dataDir)),
    store: store ?? directoryStore(join(dataDir, 'store')),
    publishing: options,
    driver: machines.open({ dataDir: machineDir, epoch: () => journal.epoch }),
    wakeMs: machines.wakeMs,
    indexPath: join(dataDir, 'releases.db'),
  }
}

/** Puts the backends together. They are closed with it. */
export async function compose(
  backends: Backends,
  onBatch: (event: BatchEvent) => void,
  onFault: (error: DrowseError) => void = () => {},
): Promise<Embedded> {
  const { journal, meter, store, publishing, driver, wakeMs, idle, wakes, budget, prices = null } = backends
  const { indexPath, performers = [] } = backends
  const publisher = await openPublisher(store, indexPath, publishing)
  const clock = systemClock()
  const tell = async ({ kind, payload, key }: Telling) => {
    await journal.accept({ site: SITE, kind, actor: { role: 'owner' }, payload, key })
    // Visitors' orders bring them about, one each.
    dispatcher.notify(SITE, 'visitor')
  }
  const effects = createEffects({ site: SITE, outbox: journal.effects, performers, tell, clock, random: Math.random, onFault })
  const dispatcher = createDispatcher({
    journal,
    driver,
    publisher: () => publisher,
    meter,
    effects: {
      ...journal.effects,
      add(site, added) {
        journal.effects.add(site, added)
        if (added.length > 0) effects.notify()
      },
    },
    clock,
    random: Math.random,
    bootId: bootId(),
    prices,
    onBatch,
    ...(idle === undefined ? {} : { idle }),
    ...(wakes === undefined ? {} : { wakes: () => wakes }),
    ...(budget === undefined ? {} : { budget }),
    limits: { applyMs: APPLY_MS, wakeMs },
  })
  // What an earlier gateway left.
  effects.notify()
  return {
    journal,
    publisher,
    dispatcher,
    quietUntil() {
      const performed = new Set(performers.map(({ kind }) => kind))
      const waits = journal.effects.waiting(SITE).some(({ kind }) => performed.has(kind))
      return waits ? null : dispatcher.quietUntil()
    },
    async close() {
      try {
        await dispatcher.stop()
        await driver.close()
      } finally {
        await effects.stop()
        publisher.close()
        meter.close()
        journal.close()
      }
    },
  }
}
