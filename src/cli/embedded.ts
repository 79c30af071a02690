import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createDispatcher } from '../dispatch/dispatcher.ts'
import { systemClock } from '../dispatch/system-clock.ts'
import type { BatchEvent, Dispatcher } from '../dispatch/types.ts'
import { DrowseError } from '../errors/drowse-error.ts'
import { sqliteJournal } from '../journal/sqlite.ts'
import type { Journal } from '../journal/types.ts'
import { newWriteId } from '../journal/write-id.ts'
import { processDriver } from '../machines/drivers/process.ts'
import type { MachineDriver } from '../machines/types.ts'
import { bootId } from '../meter/boot-id.ts'
import { sqliteMeter } from '../meter/sqlite.ts'
import { openPublisher } from '../publish/publisher.ts'
import { directoryStore } from '../publish/stores/directory.ts'
import type { Publisher } from '../publish/types.ts'
import { ROOT_DIR, SOURCE_DIR } from './paths.ts'

/** The one site an embedded gateway serves. */
export const SITE = 'site'

/** All parts of a site on embedded defaults: SQLite for the journal and the meter, a child process as the machine, a folder as the store. */
export interface Embedded {
  readonly journal: Journal
  readonly publisher: Publisher
  readonly driver: MachineDriver
  readonly dispatcher: Dispatcher
  /** Finishes what is under way, puts the machine to sleep for good and lets go of the data folder. */
  close(): Promise<void>
}

/** Opens a data folder, making it if need be. Throws `data-in-use` when another process has it, `folder-unwritable` when it can't be used. */
export async function openEmbedded(dataDir: string, onBatch: (event: BatchEvent) => void): Promise<Embedded> {
  makeFolder(dataDir)
  const clock = systemClock()
  const journal = sqliteJournal({ path: join(dataDir, 'journal.db'), now: Date.now, newId: newWriteId })
  const meter = sqliteMeter(join(dataDir, 'meter.db'))
  const publisher = await openPublisher(directoryStore(join(dataDir, 'store')), join(dataDir, 'releases.db'))
  const driver = processDriver({
    dataDir: (id) => join(dataDir, 'machines', id),
    guest: {
      entry: join(SOURCE_DIR, 'guest', 'main.ts'),
      readable: [SOURCE_DIR, join(ROOT_DIR, 'node_modules'), join(ROOT_DIR, 'package.json')],
    },
    epoch: () => journal.epoch,
  })
  const dispatcher = createDispatcher({
    journal,
    driver,
    publisher: () => publisher,
    meter,
    effects: journal.effects,
    clock,
    random: Math.random,
    bootId: bootId(),
    onBatch,
  })
  return {
    journal,
    publisher,
    driver,
    dispatcher,
    async close() {
      await dispatcher.stop()
      await driver.close()
      publisher.close()
      meter.close()
      journal.close()
    },
  }
}

function makeFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true })
  } catch (cause) {
    throw new DrowseError('folder-unwritable', `The data folder ${dataDir} can’t be made.`, {
      cause,
      hint: 'Name another one with --data, or give yourself the right to write there.',
    })
  }
}
