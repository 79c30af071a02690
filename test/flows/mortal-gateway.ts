/**
 * `drowse start` made of the same parts, but each call to one of them is a step at which this process or its guest can be told to die:
 * `{ "at": 3, "victim": "gateway" }` on standard input means at the fourth step after it has said so too.
 */
import { readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Backends, compose, openBackends } from '../../src/cli/embedded.ts'
import { processMachines } from '../../src/cli/machine.ts'
import { ROOT_DIR, SITE, SOURCE_DIR } from '../../src/cli/paths.ts'
import { siteApp } from '../../src/cli/site-app.ts'
import { startServer } from '../../src/gateway/server.ts'
import type { Awake, MachineDriver } from '../../src/machines/types.ts'
import type { MachineRun } from '../../src/meter/types.ts'
import type { GuestLink } from '../../src/protocol/types.ts'

// What only reads leaves nothing that a kill could tear apart.
const READING = new Set(['find', 'recall', 'blob', 'get', 'entries', 'list', 'sitesWithWork', 'parked', 'observe', 'runs'])

const [siteDir = '', dataDir = '', deadlineMs = '10000'] = process.argv.slice(2)
const fate = createFate()
const backends = openBackends(dataDir, processMachines(mortalGuest()))
let isAwake = false
const embedded = await compose(watched(backends), (batch) => say({ batch }))
embedded.dispatcher.start()
// Without a folder it goes on with what the machine has, and starts in half the time.
if (siteDir !== '') await (await import('../../src/cli/sync-folder.ts')).syncFolder(siteDir, embedded)
const app = siteApp(embedded, { dataDir, origin: 'https://small.example', deadlineMs: Number(deadlineMs) })
const server = await startServer({ fetch: answered, port: 0 })
say({ url: `http://localhost:${server.port}/` })
createInterface({ input: process.stdin }).on('line', (line) => void atRest().then(() => fate.decide(JSON.parse(line))))
process.once(
  'SIGTERM',
  () =>
    void server
      .close()
      .then(embedded.close)
      .then(() => process.exit(0)),
)

async function answered(request: Request): Promise<Response> {
  const response = await app.fetch(request)
  if (request.method === 'POST') fate.step('the answer leaves')
  return response
}

/** Resolves when the machine sleeps and nothing is left to do: the steps that follow belong to the next write. */
async function atRest(): Promise<void> {
  while (isAwake || backends.journal.claim(SITE, 1) !== null) await sleep(2)
}

function mortalGuest() {
  const entry = join(import.meta.dirname, 'mortal-guest.ts')
  return { entry, readable: [SOURCE_DIR, join(ROOT_DIR, 'node_modules'), join(ROOT_DIR, 'package.json'), entry] }
}

function createFate() {
  let decided: { readonly at: number; readonly victim: 'gateway' | 'guest' } | null = null
  let steps = 0
  return {
    decide(fateful: typeof decided) {
      decided = fateful
      steps = 0
      say({ decided: decided?.at })
    },
    /** The write came through; what comes next is none of it. */
    spare() {
      decided = null
    },
    step(name: string) {
      if (decided === null || steps++ !== decided.at) return
      say({ died: name })
      const victim = decided.victim === 'gateway' ? process.pid : guestPid()
      decided = null
      if (victim !== null) process.kill(victim, 'SIGKILL')
    },
  }
}

function watched({ journal, meter, store, driver, wakeMs, indexPath }: Backends): Backends {
  return {
    journal: {
      ...steps('journal', journal),
      effects: steps('journal.effects', journal.effects),
      state: steps('journal.state', journal.state),
    },
    meter: steps('meter', { ...meter, record: recorded }),
    store: steps('store', store),
    driver: steps('driver', { ...driver, wake: woken }),
    wakeMs,
    indexPath,
  }
}

async function woken(...args: Parameters<MachineDriver['wake']>): Promise<Awake> {
  isAwake = true
  try {
    const { link, ...awake } = await backends.driver.wake(...args)
    return { ...awake, link: watchedLink(link) }
  } catch (error) {
    isAwake = false
    throw error
  }
}

/** The last step of a run. */
function recorded(run: MachineRun): void {
  backends.meter.record(run)
  isAwake = false
  fate.spare()
  say({ slept: true })
}

function watchedLink(link: GuestLink): GuestLink {
  return {
    async *exchange(message, blobs, deadline) {
      fate.step(`link.exchange: ${message.type} is sent`)
      let last = ''
      for await (const frame of link.exchange(message, blobs, deadline)) {
        const { type } = frame.message
        // Nothing is done between one object and the next.
        if (type !== last) fate.step(`link.exchange: ${type} has come`)
        last = type
        yield frame
      }
    },
  }
}

/** The same object, whose calls are steps before they begin. */
function steps<T extends object>(name: string, object: T): T {
  return new Proxy(object, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property)
      if (typeof value !== 'function' || typeof property === 'symbol' || READING.has(property)) return value
      return (...args: unknown[]) => {
        fate.step(`${name}.${property}${property === 'put' ? ` ${args[0]}` : ''}`)
        return Reflect.apply(value, target, args)
      }
    },
  })
}

function guestPid(): number | null {
  try {
    return JSON.parse(readFileSync(join(dataDir, 'machines', SITE, 'guest.pid'), 'utf8')).pid
  } catch {
    return null
  }
}

/** At once and whole, so that a death right after it does not take it along. */
function say(line: object): void {
  writeSync(1, `${JSON.stringify(line)}\n`)
}
