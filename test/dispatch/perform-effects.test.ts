import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createEffects } from '../../src/dispatch/perform-effects.ts'
import type { Clock, Effects, EffectsOptions } from '../../src/dispatch/types.ts'
import { DrowseError } from '../../src/errors/drowse-error.ts'
import { sqliteJournal } from '../../src/journal/sqlite.ts'
import { newWriteId } from '../../src/journal/write-id.ts'

let journal: ReturnType<typeof sqliteJournal>
let effects: Effects
let faults: string[]
let done: string[]
let tellings: string[]
/** What to answer to an effect's next attempts. */
let answers: Record<string, DrowseError[]>
let now = 0
let timer: { readonly at: number; readonly run: () => void } | null = null

const clock: Clock = {
  now: () => now,
  monotonicNs: () => BigInt(now) * 1_000_000n,
  after(ms, run) {
    timer = { at: now + ms, run }
    return () => {
      timer = null
    }
  },
}

function open(
  more: { readonly outbox?: EffectsOptions['outbox']; readonly performers?: EffectsOptions['performers'] } = {},
): void {
  effects = createEffects({
    site: 'shop',
    outbox: more.outbox ?? journal.effects,
    performers: [
      ...(more.performers ?? []),
      {
        kind: 'mail',
        async perform({ id }) {
          const error = answers[id]?.shift()
          if (error) throw error
          done.push(id)
          return { kind: 'order.payment', payload: { id }, key: id }
        },
      },
    ],
    tell: async ({ key }) => void tellings.push(key),
    clock,
    random: () => 0,
    onFault: ({ code }) => void faults.push(code),
  })
}

beforeEach(() => {
  journal = sqliteJournal({
    path: join(mkdtempSync(join(tmpdir(), 'drowse-effects-')), 'journal.db'),
    now: Date.now,
    newId: newWriteId,
  })
  ;[faults, done, tellings, answers, timer] = [[], [], [], {}, null]
  open()
})
afterEach(async () => {
  await effects.stop()
  journal.close()
})

const add = (...ids: readonly string[]) =>
  journal.effects.add(
    'shop',
    ids.map((id) => ({ id, kind: id.startsWith('ping') ? 'ping' : 'mail', payload: { to: id } })),
  )
const settled = () => new Promise((resolve) => setTimeout(resolve, 20))
const waiting = () => journal.effects.waiting('shop').map(({ id }) => id)

async function work(): Promise<void> {
  effects.notify()
  await settled()
}

describe('Effects', () => {
  test('are performed once, in the order they came, however often the machine asks for them', async () => {
    add('a', 'b')
    await work()
    add('a', 'b', 'c')
    await work()

    expect(done).toEqual(['a', 'b', 'c'])
    expect(tellings).toEqual(['a', 'b', 'c'])
    expect(waiting()).toEqual([])
  })

  test('that fail are tried again later, each time after twice as long, and hold up no other', async () => {
    const busy = () => new DrowseError('mail-failed', 'Busy.')
    answers = { a: [busy(), busy()] }
    add('a', 'b')

    await work()
    expect([done, waiting(), timer?.at]).toEqual([['b'], ['a'], 5_000])
    add('c')
    await work()
    expect(done).toEqual(['b', 'c'])
    now = 5_000
    timer?.run()
    await settled()
    expect(timer?.at).toBe(15_000)
    now = 15_000
    timer?.run()
    await settled()

    expect(done).toEqual(['b', 'c', 'a'])
    expect(faults).toEqual(['mail-failed', 'mail-failed'])
    now = 0
  })

  test('that can never be done are given up and told', async () => {
    answers = { a: [new DrowseError('mail-refused', 'Never.')] }
    add('a')
    await work()

    expect([done, waiting(), faults]).toEqual([[], [], ['mail-refused']])
  })

  test('of a kind that nobody performs are kept', async () => {
    add('ping-1', 'a')
    await work()

    expect([done, waiting()]).toEqual([['a'], ['ping-1']])
  })

  test('that were left over are performed by the next gateway', async () => {
    add('a')
    await effects.stop()
    effects.notify()
    await settled()
    expect(done).toEqual([])

    open()
    await work()
    expect(done).toEqual(['a'])
  })

  test('that the outbox could not be told of are not done a second time', async () => {
    let isFull = true
    const { waiting: read } = journal.effects
    const outbox = {
      waiting: read,
      performed(site: string, id: string) {
        if (isFull) throw new DrowseError('journal-full', 'The disk is full.')
        journal.effects.performed(site, id)
      },
    }
    open({ outbox })
    add('a', 'b')
    await work()
    expect([done, waiting(), faults]).toEqual([['a'], ['a', 'b'], ['journal-full']])
    isFull = false
    timer?.run()
    await settled()
    expect([done, waiting()]).toEqual([['a', 'b'], []])
  })

  test('of one kind are not held up by another’s', async () => {
    const never = { kind: 'ping', perform: () => new Promise<null>(() => undefined) }
    open({ performers: [never] })
    add('ping-1', 'a')
    effects.notify()
    await settled()
    expect(done).toEqual(['a'])
    open()
  })
})
