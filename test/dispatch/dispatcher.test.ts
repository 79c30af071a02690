import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createDispatcher } from '../../src/dispatch/dispatcher.ts'
import { systemClock } from '../../src/dispatch/system-clock.ts'
import type { BatchEvent, Clock, Dispatcher, DispatcherOptions, WakeBudget } from '../../src/dispatch/types.ts'
import { DrowseError } from '../../src/errors/drowse-error.ts'
import { sqliteJournal } from '../../src/journal/sqlite.ts'
import type { Journal } from '../../src/journal/types.ts'
import { newWriteId } from '../../src/journal/write-id.ts'
import type { MachineRun } from '../../src/meter/types.ts'
import { openPublisher } from '../../src/publish/publisher.ts'
import { directoryStore } from '../../src/publish/stores/directory.ts'
import type { Publisher, Store } from '../../src/publish/types.ts'
import { comment } from '../contract/journal.ts'
import { text } from '../contract/store.ts'
import { type ToyMachine, textOf, toyMachine } from './toy-machine.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

interface Desk {
  readonly journal: Journal
  readonly toy: ToyMachine
  readonly publisher: Publisher
  readonly dispatcher: Dispatcher
  readonly events: BatchEvent[]
  readonly runs: MachineRun[]
  /** Accepts a comment and announces it, as the gateway does. */
  write(text: string): Promise<string>
  /** The comments on the published page. */
  published(): Promise<readonly string[]>
}

interface DeskOptions extends Partial<Pick<DispatcherOptions, 'idle' | 'limits' | 'clock' | 'wakes'>> {
  /** Where an earlier desk kept its things. */
  readonly folder?: string
  readonly toy?: ToyMachine
  readonly wrapStore?: (store: Store) => Store
  readonly wrapJournal?: (journal: Journal) => Journal
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'drowse-dispatch-'))
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

async function desk({
  folder = newFolder(),
  toy = toyMachine(),
  wrapStore = (store) => store,
  wrapJournal = (journal) => journal,
  ...options
}: DeskOptions = {}): Promise<Desk> {
  const journal = sqliteJournal({ path: join(folder, 'journal.db'), now: Date.now, newId: newWriteId })
  const publisher = await openPublisher(wrapStore(directoryStore(join(folder, 'public'))), join(folder, 'index.db'))
  const events: BatchEvent[] = []
  const runs: MachineRun[] = []
  const dispatcher = createDispatcher({
    journal: wrapJournal(journal),
    driver: toy.driver,
    publisher: () => publisher,
    meter: { record: (run) => void runs.push(run) },
    effects: journal.effects,
    clock: options.clock ?? systemClock(),
    random: () => 0.5,
    bootId: 'boot',
    onBatch: (event) => void events.push(event),
    ...(options.wakes === undefined ? {} : { wakes: options.wakes }),
    ...(options.idle === undefined ? {} : { idle: options.idle }),
    limits: { retryBaseMs: 5, retryCapMs: 20, ...options.limits },
  })
  const close = once(async () => {
    await dispatcher.stop()
    journal.close()
    publisher.close()
  })
  cleanups.push(close)
  return {
    journal,
    toy,
    publisher,
    dispatcher: { ...dispatcher, stop: close },
    events,
    runs,
    async write(content) {
      const { entry } = await journal.accept(comment(content))
      dispatcher.notify('blog')
      return entry.write.id
    },
    published: async () =>
      [...(text(await publisher.read('posts/hello/index.html')) ?? '').matchAll(/<li>(.*?)<\/li>/g)].map(
        (match) => match[1] ?? '',
      ),
  }
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | null = null
  return () => {
    done ??= work()
    return done
  }
}

describe('the write’s way', () => {
  it('takes a write to the readers and puts the machine to sleep', async () => {
    const { dispatcher, write, published, toy, journal, events, runs } = await desk()
    const id = await write('hello')
    expect(await dispatcher.settled('blog', id, 5000)).toMatchObject({
      status: 'applied',
      page: '/posts/hello/',
      anchor: 'comment-1',
    })
    expect(await published()).toEqual(['hello'])
    await vi.waitFor(() => expect(events).toHaveLength(1))
    expect(toy.log).toEqual(['wake off', 'apply 1', 'acknowledge 1', 'suspend paused'])
    expect(journal.find('blog', id)?.state).toBe('published')
    expect(events[0]).toMatchObject({ site: 'blog', writes: 1, rendered: 1, changed: 1, from: 'off' })
    expect(events[0]?.phases.map((phase) => phase.name)).toEqual([
      'queue',
      'wake',
      'apply',
      'render',
      'transfer',
      'record',
      'publish',
      'suspend',
    ])
    expect(runs).toMatchObject([{ site: 'blog', driver: 'toy', from: 'off', to: 'paused', reason: 'write', writes: 1 }])
    expect(runs[0]?.wakeShare).toBe(events[0]?.wakeShare)
  })

  it('tells a refused write’s receipt', async () => {
    const { dispatcher, write } = await desk()
    const id = await write('refuse me')
    expect(await dispatcher.settled('blog', id, 5000)).toMatchObject({ status: 'rejected', code: 'parent-unknown' })
    expect(await dispatcher.settled('blog', id, 5000)).toMatchObject({ status: 'rejected' })
  })

  it('knows no write that was never accepted', async () => {
    const { dispatcher } = await desk()
    await expect(dispatcher.settled('blog', 'nobody', 10)).rejects.toMatchObject({ code: 'write-unknown' })
  })

  it('takes a thousand writes to a sleeping site in one wake, in order, each once', async () => {
    const { write, published, toy, events } = await desk()
    const texts = Array.from({ length: 1000 }, (_, n) => `comment ${n}`)
    toy.onStep = (step) => (step === 'wake' ? sleep(100) : undefined)
    await Promise.all(texts.map(write))
    await vi.waitFor(async () => expect(events.at(-1)?.wakeShare).toBeTypeOf('number'), 10_000)
    expect(toy.log.filter((line) => line.startsWith('wake'))).toHaveLength(1)
    expect(toy.log.filter((line) => line.startsWith('apply'))).toEqual(['apply 500', 'apply 500'])
    expect(await published()).toEqual(texts)
    expect(events.map((event) => [event.writes, event.wakeShare === null])).toEqual([
      [500, true],
      [500, false],
    ])
  })

  it('answers before the machine is asleep', async () => {
    const { dispatcher, write, toy } = await desk()
    const gate = Promise.withResolvers<void>()
    toy.onStep = (step) => (step === 'suspend' ? gate.promise : undefined)
    const id = await write('hello')
    expect(await dispatcher.settled('blog', id, 5000)).toMatchObject({ status: 'applied' })
    expect(toy.log).not.toContain('suspend paused')
    gate.resolve()
  })

  it('does not drop a write that comes while the machine goes to sleep', async () => {
    const { dispatcher, write, toy } = await desk()
    const asleep = Promise.withResolvers<void>()
    const reached = Promise.withResolvers<void>()
    toy.onStep = (step) => {
      if (step !== 'suspend') return
      reached.resolve()
      return asleep.promise
    }
    await write('first')
    await reached.promise
    const second = await write('second')
    asleep.resolve()
    expect(await dispatcher.settled('blog', second, 5000)).toMatchObject({ anchor: 'comment-2' })
    expect(toy.log.filter((line) => line.startsWith('wake'))).toEqual(['wake off', 'wake paused'])
  })

  it('wakes nothing when there is nothing to do', async () => {
    const { dispatcher, toy } = await desk()
    dispatcher.start()
    dispatcher.notify('blog')
    await sleep(20)
    expect(toy.log).toEqual([])
  })

  it('takes up what an earlier process left', async () => {
    const folder = newFolder()
    const before = await desk({ folder })
    before.toy.onStep = () => {
      throw new DrowseError('machine-failed', 'no power')
    }
    const id = await before.write('kept')
    await before.dispatcher.stop()
    const after = await desk({ folder })
    after.dispatcher.start()
    expect(await after.dispatcher.settled('blog', id, 5000)).toMatchObject({ status: 'applied' })
    expect(await after.published()).toEqual(['kept'])
  })

  it('finishes the batch under way when it is stopped, and puts the machine to sleep', async () => {
    const { dispatcher, write, toy } = await desk()
    const reached = Promise.withResolvers<void>()
    toy.onStep = (step) => {
      if (step !== 'apply') return undefined
      reached.resolve()
      return sleep(30)
    }
    const answer = dispatcher.settled('blog', await write('hello'), 5000)
    await reached.promise
    await dispatcher.stop()
    expect(await answer).toMatchObject({ status: 'applied' })
    expect(toy.log.at(-1)).toBe('suspend paused')
  })

  it('performs nothing itself, but keeps each effect once', async () => {
    const { dispatcher, write, toy, journal } = await desk()
    toy.effects = [{ id: 'mail-1', kind: 'mail', payload: { to: 'owner' } }]
    await dispatcher.settled('blog', await write('a'), 5000)
    await dispatcher.settled('blog', await write('b'), 5000)
    expect(journal.effects.waiting('blog')).toEqual(toy.effects)
  })

  it('turns a machine off that has slept for long enough', async () => {
    const { write, toy, runs } = await desk({ idle: { keepPausedMs: 10, keepSavedMs: null } })
    await write('hello')
    await vi.waitFor(() => expect(runs).toHaveLength(2))
    expect(toy.log.at(-1)).toBe('suspend off')
    expect(runs).toMatchObject([
      { from: 'off', to: 'paused', reason: 'write', cpuNs: 1000, memoryBytes: 2 ** 20 },
      { from: 'paused', to: 'off', reason: 'idle', writes: 0, cpuNs: null, memoryBytes: null },
    ])
    await write('again')
    await vi.waitFor(() => expect(toy.log.filter((line) => line === 'wake off')).toHaveLength(2))
  })
})

it('sinks all the same when it is notified of nothing, or could not sink the first time', async () => {
  const { dispatcher, write, toy, runs, events } = await desk({ idle: { keepPausedMs: 60, keepSavedMs: null } })
  let failures = 1
  toy.onStep = (step) => {
    if (step === 'suspend' && toy.log.includes('suspend paused') && failures-- > 0)
      throw new DrowseError('machine-failed', 'busy')
  }
  await dispatcher.settled('blog', await write('hello'), 5000)
  await vi.waitFor(() => expect(runs).toHaveLength(1))
  dispatcher.notify('blog')
  await vi.waitFor(() => expect(toy.log.at(-1)).toBe('suspend off'), 3000)
  expect(events.filter(({ error }) => error !== undefined)).toHaveLength(1)
})

describe('a machine that was saved when its gateway ended', () => {
  async function savedAndStopped(idle: { keepPausedMs: number; keepSavedMs: number }) {
    const folder = newFolder()
    const toy = toyMachine({ save: true })
    // Its own time would come while it is being stopped.
    const before = await desk({ folder, toy, idle: { ...idle, keepSavedMs: 60_000 } })
    await before.dispatcher.settled('blog', await before.write('hello'), 5000)
    await vi.waitFor(() => expect(toy.log.at(-1)).toBe('suspend saved'))
    await vi.waitFor(() => expect(before.runs.at(-1)).toMatchObject({ to: 'saved' }))
    await before.dispatcher.stop()
    const after = await desk({ folder, toy, idle })
    return { ...after, toy }
  }

  it('is turned off when its time has come, and not sooner', async () => {
    const idle = { keepPausedMs: 0, keepSavedMs: 600 }
    const { dispatcher, toy, runs } = await savedAndStopped(idle)
    const startedAt = Date.now()
    dispatcher.start()
    expect(dispatcher.quietUntil()).toBeLessThanOrEqual(startedAt + 600)
    await sleep(50)
    expect(toy.log.at(-1)).toBe('suspend saved')
    await vi.waitFor(() => expect(toy.log.at(-1)).toBe('suspend off'), 5000)
    await vi.waitFor(() => expect(runs).toMatchObject([{ from: 'saved', to: 'off', reason: 'idle' }]))
    expect(dispatcher.quietUntil()).toBe(Number.POSITIVE_INFINITY)
  })

  it('is turned off at once when its time came meanwhile', async () => {
    const { dispatcher, toy } = await savedAndStopped({ keepPausedMs: 0, keepSavedMs: 50 })
    await sleep(60)
    dispatcher.start()
    await vi.waitFor(() => expect(toy.log.at(-1)).toBe('suspend off'))
  })

  it('is let be by a gateway after the next: it was turned off already', async () => {
    const idle = { keepPausedMs: 0, keepSavedMs: 50 }
    const { dispatcher, toy, runs, journal } = await savedAndStopped(idle)
    dispatcher.start()
    await vi.waitFor(() => expect(runs).toHaveLength(1))
    expect(journal.state.entries('dispatch/saved-since/')).toEqual([])
    expect(toy.log.filter((line) => line === 'suspend off')).toHaveLength(1)
  })
})

describe('a dispatcher that could be stopped', () => {
  it('says so when nothing holds memory, and until when', async () => {
    const { dispatcher, write, toy } = await desk({ idle: { keepPausedMs: 100, keepSavedMs: null } })
    dispatcher.start()
    expect(dispatcher.quietUntil()).toBe(Number.POSITIVE_INFINITY)
    const at = Date.now() + 60_000
    toy.nextWakeAt = new Date(at).toISOString()
    await dispatcher.settled('blog', await write('hello'), 5000)
    expect(dispatcher.quietUntil()).toBeNull()
    await vi.waitFor(() => expect(dispatcher.quietUntil()).toBe(at))
    expect(toy.log.at(-1)).toBe('suspend off')
  })
})

it('leaves no timer behind when it stops in the middle of a run', async () => {
  const clock = systemClock()
  const waiting = new Set<number>()
  const counted = {
    ...clock,
    after(ms: number, run: () => void) {
      const id = waiting.size + Math.random()
      waiting.add(id)
      const cancel = clock.after(ms, () => {
        waiting.delete(id)
        run()
      })
      return () => {
        waiting.delete(id)
        cancel()
      }
    },
  }
  const { dispatcher, write, toy } = await desk({ clock: counted, idle: { keepPausedMs: 3_600_000, keepSavedMs: null } })
  const reached = Promise.withResolvers<void>()
  toy.onStep = (step) => {
    if (step !== 'apply') return
    reached.resolve()
    return sleep(30)
  }
  await write('hello')
  await reached.promise
  await dispatcher.stop()
  expect([...waiting]).toEqual([])
})

describe('a machine whose owner asks something of it', () => {
  it('is woken once without work, and told of as the owner’s wish', async () => {
    const { dispatcher, toy, runs } = await desk()
    const machine = dispatcher.machine('blog')
    await machine.wake()
    expect(await machine.state()).toBe('paused')
    expect(toy.log).toEqual(['wake off', 'suspend paused'])
    expect(runs).toMatchObject([{ reason: 'owner', from: 'off', to: 'paused', writes: 0 }])
  })

  it('sinks when what is under way is finished, and is not woken to sleep less deeply', async () => {
    const { dispatcher, write, toy } = await desk()
    const machine = dispatcher.machine('blog')
    const reached = Promise.withResolvers<void>()
    toy.onStep = (step) => {
      if (step !== 'apply') return
      reached.resolve()
      return sleep(30)
    }
    const answer = dispatcher.settled('blog', await write('hello'), 5000)
    await reached.promise
    await machine.sink('off')
    expect(await answer).toMatchObject({ status: 'applied' })
    expect(toy.log.slice(-2)).toEqual(['suspend paused', 'suspend off'])
    await machine.sink('paused')
    expect(await machine.state()).toBe('off')
  })

  it('hears what its driver can’t do', async () => {
    const { dispatcher } = await desk()
    await expect(dispatcher.machine('blog').sink('saved')).rejects.toMatchObject({ code: 'usage' })
  })

  it('takes a write that comes while it sinks', async () => {
    const { dispatcher, write, published, toy } = await desk()
    await dispatcher.settled('blog', await write('a'), 5000)
    toy.onStep = (step) => (step === 'suspend' ? sleep(30) : undefined)
    const sunk = dispatcher.machine('blog').sink('off')
    const id = await write('b')
    await sunk
    expect(await dispatcher.settled('blog', id, 5000)).toMatchObject({ status: 'applied' })
    expect(await published()).toEqual(['a', 'b'])
  })
})

describe('a failure on the write’s way', () => {
  it.each(['wake', 'apply', 'applied'] as const)('at the step “%s” loses nothing and doubles nothing', async (where) => {
    const { dispatcher, write, published, toy, events } = await desk()
    let failures = 3
    toy.onStep = (step) => {
      if (step === where && failures-- > 0) throw new DrowseError('machine-failed', 'broken')
    }
    const id = await write('hello')
    expect(await dispatcher.settled('blog', id, 5000)).toMatchObject({ status: 'applied', anchor: 'comment-1' })
    expect(await published()).toEqual(['hello'])
    expect(events.filter((event) => event.error !== undefined)).toHaveLength(3)
  })

  it('wakes the machine cold when the guest broke while applying', async () => {
    const { dispatcher, write, toy } = await desk()
    await dispatcher.settled('blog', await write('first'), 5000)
    let failures = 1
    toy.onStep = (step) => {
      if (step === 'applied' && failures-- > 0) throw new DrowseError('machine-failed', 'broken')
    }
    await dispatcher.settled('blog', await write('second'), 5000)
    expect(toy.log.slice(4, 8)).toEqual(['wake paused', 'apply 1', 'destroy', 'wake off'])
    expect(toy.comments).toEqual(['first', 'second'])
  })

  it('keeps the write when the store is full, answers null at the deadline, and publishes once there is room', async () => {
    let isFull = true
    const wrapStore = (store: Store): Store => ({
      ...store,
      put: (...args) => (isFull ? Promise.reject(new DrowseError('store-failed', 'ENOSPC')) : store.put(...args)),
    })
    const { dispatcher, write, published, journal, events, toy } = await desk({ wrapStore })
    const id = await write('hello')
    expect(await dispatcher.settled('blog', id, 50)).toBeNull()
    expect(journal.find('blog', id)).toMatchObject({ state: 'applied', receipt: { status: 'applied' } })
    expect(events[0]?.error).toMatchObject({ code: 'store-failed' })
    isFull = false
    expect(await dispatcher.settled('blog', id, 5000)).toMatchObject({ status: 'applied' })
    expect(await published()).toEqual(['hello'])
    expect(toy.comments).toEqual(['hello'])
  })

  it('puts aside the one write that always fails, and goes on with the others in order', async () => {
    const { dispatcher, write, published, journal, toy, events } = await desk()
    toy.onStep = (step, writes) => {
      if (step === 'wake') return sleep(5)
      if (step === 'apply' && writes.some((one) => textOf(one) === 'poison')) throw new DrowseError('machine-failed', 'it broke')
      return undefined
    }
    const ids = await Promise.all(['a', 'poison', 'b', 'c'].map(write))
    const receipts = await Promise.all(ids.map((id) => dispatcher.settled('blog', id, 10_000)))
    expect(receipts.map((receipt) => receipt?.status ?? null)).toEqual(['applied', null, 'applied', 'applied'])
    expect(await published()).toEqual(['a', 'b', 'c'])
    expect(journal.parked('blog')).toMatchObject([
      { write: { payload: { text: 'poison' } }, state: 'parked', parkedBecause: 'it broke' },
    ])
    expect(events.flatMap((event) => event.parked ?? [])).toEqual([ids[1]])
  })

  it('applies a parked write when the owner tries it again', async () => {
    const { dispatcher, write, journal, toy } = await desk()
    let isPoison = true
    toy.onStep = (step, writes) => {
      if (step === 'apply' && isPoison && writes.length > 0) throw new DrowseError('machine-failed', 'it broke')
    }
    const id = await write('poison')
    await vi.waitFor(() => expect(journal.find('blog', id)?.state).toBe('parked'), 10_000)
    isPoison = false
    journal.unpark('blog', id)
    dispatcher.notify('blog')
    expect(await dispatcher.settled('blog', id, 5000)).toMatchObject({ status: 'applied' })
  })

  it('tries a parked write again when it starts anew, and parks it again if it still fails', async () => {
    const folder = newFolder()
    const toy = toyMachine()
    let isPoison = true
    toy.onStep = (step, writes) => {
      if (step === 'apply' && isPoison && writes.length > 0) throw new DrowseError('machine-failed', 'it broke')
    }
    const first = await desk({ folder, toy })
    const id = await first.write('poison')
    await vi.waitFor(() => expect(first.journal.parked('blog')).toHaveLength(1), 10_000)
    await first.dispatcher.stop()

    const second = await desk({ folder, toy })
    second.dispatcher.start()
    expect(second.journal.parked('blog')).toEqual([])
    await vi.waitFor(() => expect(second.journal.parked('blog')).toHaveLength(1), 10_000)
    await second.dispatcher.stop()

    isPoison = false
    const third = await desk({ folder, toy })
    third.dispatcher.start()
    expect(await third.dispatcher.settled('blog', id, 5000)).toMatchObject({ status: 'applied' })
  })

  it('blames no write when the machine is ill without any', async () => {
    const { dispatcher, write, journal, toy } = await desk()
    let isIll = true
    toy.onStep = (step) => {
      if (step === 'apply' && isIll) throw new DrowseError('machine-failed', 'disk on fire')
    }
    const id = await write('innocent')
    await sleep(300)
    expect(journal.parked('blog')).toEqual([])
    isIll = false
    expect(await dispatcher.settled('blog', id, 5000)).toMatchObject({ status: 'applied' })
  })

  it('destroys a machine that can’t be put to sleep', async () => {
    const { dispatcher, write, toy, events } = await desk()
    toy.onStep = (step) => {
      if (step === 'suspend') throw new DrowseError('machine-failed', 'it does not stop')
    }
    await dispatcher.settled('blog', await write('hello'), 5000)
    await vi.waitFor(() => expect(events).toHaveLength(1))
    expect(toy.log.at(-1)).toBe('destroy')
    expect(events[0]?.error).toMatchObject({ message: 'it does not stop' })
  })

  it.each(['claim', 'applied', 'published'] as const)(
    'in the journal’s “%s” leaves no machine awake, and loses nothing',
    async (verb) => {
      let failures = 2
      const fail = () => {
        if (failures-- > 0) throw new DrowseError('journal-full', 'disk full')
      }
      const wrapJournal = (journal: Journal): Journal => ({
        ...journal,
        claim: (site, limit) => {
          if (verb === 'claim' && limit > 1) fail()
          return journal.claim(site, limit)
        },
        applied: (batch, receipts) => {
          if (verb === 'applied') fail()
          journal.applied(batch, receipts)
        },
        published: (batch) => {
          if (verb === 'published') fail()
          journal.published(batch)
        },
      })
      const { write, toy, journal, published } = await desk({ wrapJournal })
      const id = await write('hello')
      await vi.waitFor(() => expect(journal.find('blog', id)?.state).toBe('published'))
      expect(await published()).toEqual(['hello'])
      await vi.waitFor(() =>
        expect(toy.log.filter((line) => line.startsWith('wake'))).toHaveLength(
          toy.log.filter((line) => line.startsWith('suspend')).length,
        ),
      )
    },
  )

  it('minds it little when the acknowledgement is lost', async () => {
    const { dispatcher, write, published, toy } = await desk()
    let failures = 1
    toy.onStep = (step) => {
      if (step === 'acknowledge' && failures-- > 0) throw new DrowseError('machine-failed', 'gone')
    }
    await dispatcher.settled('blog', await write('a'), 5000)
    await dispatcher.settled('blog', await write('b'), 5000)
    await vi.waitFor(() => expect(toy.log.at(-1)).toBe('suspend paused'))
    expect(await published()).toEqual(['a', 'b'])
    expect(toy.log).toContain('acknowledge 2')
  })
})

describe('a machine that wants to be woken', () => {
  it('is woken with an empty batch when its time has come', async () => {
    const { dispatcher, write, toy, runs } = await desk()
    dispatcher.start()
    toy.nextWakeAt = new Date(Date.now() + 150).toISOString()
    await dispatcher.settled('blog', await write('hello'), 5000)
    toy.nextWakeAt = null
    // A time that has come before the machine sleeps is put off by a second.
    await vi.waitFor(() => expect(toy.log).toContain('apply 0'), 5000)
    await vi.waitFor(() => expect(runs).toHaveLength(2))
    expect(runs[1]).toMatchObject({ reason: 'timer', writes: 0 })
  })

  it('is woken after a restart too', async () => {
    const folder = newFolder()
    const before = await desk({ folder })
    before.toy.nextWakeAt = new Date(Date.now() + 100).toISOString()
    await before.dispatcher.settled('blog', await before.write('hello'), 5000)
    await before.dispatcher.stop()
    const after = await desk({ folder })
    after.dispatcher.start()
    await vi.waitFor(() => expect(after.toy.log).toContain('apply 0'))
  })

  it('is woken when the clock is set forward', async () => {
    const { clock, advance } = handClock()
    const { dispatcher, write, toy } = await desk({ clock })
    dispatcher.start()
    toy.nextWakeAt = new Date(clock.now() + 86_400_000).toISOString()
    await dispatcher.settled('blog', await write('hello'), 5000)
    toy.nextWakeAt = null
    await vi.waitFor(() => expect(toy.log.at(-1)).toBe('suspend paused'))
    advance({ wallMs: 86_400_000, timersMs: 30_000 })
    await vi.waitFor(() => expect(toy.log).toContain('apply 0'))
  })

  it('is not woken without a pause, however much it wants to be', async () => {
    const { dispatcher, write, toy } = await desk()
    dispatcher.start()
    toy.nextWakeAt = new Date(Date.now() - 1000).toISOString()
    await dispatcher.settled('blog', await write('hello'), 5000)
    await sleep(200)
    expect(toy.log.filter((line) => line.startsWith('apply 0')).length).toBeLessThanOrEqual(1)
  })
})

/** Timers run only when they are told to, apart from the wall clock. */
function handClock() {
  let wallMs = Date.now()
  let elapsedMs = 0
  const timers = new Set<{ readonly at: number; readonly run: () => void }>()
  const clock: Clock = {
    now: () => wallMs,
    monotonicNs: process.hrtime.bigint,
    after(ms, run) {
      const timer = { at: elapsedMs + ms, run }
      timers.add(timer)
      return () => timers.delete(timer)
    },
  }
  function advance(by: { readonly wallMs: number; readonly timersMs: number }): void {
    wallMs += by.wallMs
    elapsedMs += by.timersMs
    for (const timer of [...timers]) {
      if (timer.at > elapsedMs) continue
      timers.delete(timer)
      timer.run()
    }
  }
  return { clock, advance }
}

describe('a budget of wakes', () => {
  /** So many wakes, and then none for `waitMs`. */
  function wakes(most: number, waitMs: number): WakeBudget {
    let left = most
    return {
      waitMs: () => (left > 0 ? 0 : waitMs),
      spend() {
        left -= 1
      },
    }
  }

  async function asVisitor({ journal, dispatcher }: Desk, content: string): Promise<string> {
    const { entry } = await journal.accept(comment(content))
    dispatcher.notify('blog', 'visitor')
    return entry.write.id
  }

  const wakesOf = ({ toy }: Desk) => toy.log.filter((line) => line.startsWith('wake')).length

  it('lets visitors wake the machine as often as it says, keeps what comes then, and tells the owner once', async () => {
    const site = await desk({ wakes: () => wakes(2, 3_600_000) })
    const { dispatcher, journal, published, events } = site
    for (const content of ['one', 'two']) {
      expect(await dispatcher.settled('blog', await asVisitor(site, content), 5000)).toMatchObject({ status: 'applied' })
      await vi.waitFor(() => expect(site.toy.log.at(-1)).toBe('suspend paused'))
    }
    const kept = await asVisitor(site, 'three')
    await asVisitor(site, 'four')

    expect(await dispatcher.settled('blog', kept, 100)).toBeNull()
    expect(wakesOf(site)).toBe(2)
    expect(dispatcher.heldMs('blog')).toBe(3_600_000)
    expect(journal.backlog('blog')).toBe(2)
    expect(await published()).toEqual(['one', 'two'])
    expect(events.flatMap(({ error }) => error?.code ?? [])).toEqual(['wakes-spent'])
  })

  it('does not hold the owner back, whose wake carries what visitors wrote as well', async () => {
    const site = await desk({ wakes: () => wakes(0, 3_600_000) })
    const { dispatcher, published } = site
    const kept = await asVisitor(site, 'a visitor’s')
    expect(await dispatcher.settled('blog', kept, 50)).toBeNull()

    const owners = await site.write('the owner’s')

    expect(await dispatcher.settled('blog', owners, 5000)).toMatchObject({ status: 'applied' })
    expect(await dispatcher.settled('blog', kept, 5000)).toMatchObject({ status: 'applied' })
    await vi.waitFor(() => expect(site.toy.log.at(-1)).toBe('suspend paused'))
    expect(await published()).toHaveLength(2)
    expect(wakesOf(site)).toBe(1)
  })

  it('carries what waits, all of it in one wake, as soon as there is one to be had', async () => {
    const { clock, advance } = handClock()
    let held = true
    const site = await desk({ clock, wakes: () => ({ waitMs: () => (held ? 60_000 : 0), spend: () => undefined }) })
    const ids: string[] = []
    for (const content of ['one', 'two', 'three']) ids.push(await asVisitor(site, content))
    expect(wakesOf(site)).toBe(0)

    held = false
    advance({ wallMs: 0, timersMs: 60_000 })

    await vi.waitFor(() => expect(ids.map((id) => site.journal.find('blog', id)?.state)).toEqual(Array(3).fill('published')))
    expect(wakesOf(site)).toBe(1)
  })
})
