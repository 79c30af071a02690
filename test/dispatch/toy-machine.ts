import { createHash } from 'node:crypto'
import { DrowseError } from '../../src/errors/drowse-error.ts'
import type { Awake, MachineDriver, MachineState, Tier } from '../../src/machines/types.ts'
import type { Effect, Frame, FromGuest, GuestLink, ObjectInfo, Receipt, ToGuest, Write } from '../../src/protocol/types.ts'

type Step = 'wake' | 'apply' | 'applied' | 'acknowledge' | 'suspend'

/** A whole small machine in this process: it keeps comments, each applied once, and renders one page a post. */
export interface ToyMachine {
  readonly driver: MachineDriver
  /** What happened, in order: `wake paused`, `apply 3`, `acknowledge 1`, `suspend paused`, `destroy`. */
  readonly log: string[]
  /** The texts applied, in order: the site's data. */
  readonly comments: readonly string[]
  /** Called at each step; may wait, and may throw to break it. `applied` is after the guest's commit, before its answer. */
  onStep: (step: Step, writes: readonly Write[]) => void | Promise<void>
  nextWakeAt: string | null
  effects: readonly Effect[]
}

export function toyMachine({ save = false } = {}): ToyMachine {
  const receipts = new Map<string, Receipt>()
  const comments: string[] = []
  const unacknowledged = new Map<string, { readonly outbox: number; readonly frame: Frame<FromGuest> }>()
  let outbox = 0
  let state: MachineState = 'absent'

  function apply(write: Write): Receipt {
    const text = textOf(write)
    if (text === 'refuse me') return { write: write.id, status: 'rejected', code: 'parent-unknown', message: 'No such comment.' }
    comments.push(text)
    return { write: write.id, status: 'applied', page: '/posts/hello/', anchor: `comment-${comments.length}` }
  }

  async function* exchange(message: ToGuest): AsyncGenerator<Frame<FromGuest>, void, undefined> {
    if (state !== 'running') throw new DrowseError('machine-failed', 'The toy is not running.')
    if (message.type === 'acknowledge') {
      await toy.onStep('acknowledge', [])
      toy.log.push(`acknowledge ${message.outbox}`)
      for (const [key, kept] of unacknowledged) if (kept.outbox <= message.outbox) unacknowledged.delete(key)
      yield { message: { type: 'acknowledged' }, body: new Uint8Array() }
    }
    if (message.type !== 'apply') return
    toy.log.push(`apply ${message.writes.length}`)
    await toy.onStep('apply', message.writes)
    const fresh = message.writes.filter((write) => !receipts.has(write.id))
    for (const write of fresh) receipts.set(write.id, apply(write))
    if (fresh.length > 0) {
      outbox += 1
      const frame = objectFrame('posts/hello/index.html', comments.map((text) => `<li>${text}</li>`).join('\n'))
      unacknowledged.set('posts/hello/index.html', { outbox, frame })
    }
    await toy.onStep('applied', message.writes)
    for (const { frame } of unacknowledged.values()) yield frame
    const answered = message.writes.flatMap((write) => receipts.get(write.id) ?? [])
    const times = { applyNs: 1000, renderNs: 1000, commitNs: 1000 }
    const { effects, nextWakeAt } = toy
    yield {
      message: {
        type: 'applied',
        batch: message.batch,
        receipts: answered,
        removed: [],
        effects,
        nextWakeAt,
        outbox,
        times,
        rendered: 1,
        problems: [],
      },
      body: new Uint8Array(),
    }
  }

  const link: GuestLink = { exchange }

  async function wake(): Promise<Awake> {
    const from: Tier | 'running' = state === 'running' || state === 'paused' || state === 'saved' ? state : 'off'
    toy.log.push(`wake ${from}`)
    await toy.onStep('wake', [])
    state = 'running'
    return { link, from, phases: [] }
  }

  const toy: ToyMachine = {
    log: [],
    comments,
    onStep: () => undefined,
    nextWakeAt: null,
    effects: [],
    driver: {
      name: 'toy',
      capabilities: { pause: true, save, clockSurvives: true, isolates: false },
      observe: () => Promise.resolve(state),
      wake,
      async suspend(_id, to) {
        await toy.onStep('suspend', [])
        toy.log.push(`suspend ${to}`)
        state = to
        return { phases: [] }
      },
      usage: () => Promise.resolve(state === 'paused' ? { cpuNs: 1000, memoryBytes: 2 ** 20 } : null),
      async destroy() {
        toy.log.push('destroy')
        state = 'absent'
      },
      async close() {
        if (state !== 'saved') state = 'absent'
      },
    },
  }
  return toy
}

export function textOf(write: Write): string {
  const { payload } = write
  return payload !== null && typeof payload === 'object' && 'text' in payload ? String(payload.text) : ''
}

function objectFrame(key: string, html: string): Frame<FromGuest> {
  const body = new TextEncoder().encode(html)
  const hash = createHash('sha256').update(body).digest('hex')
  const object: ObjectInfo = { key, hash, sizeBytes: body.byteLength, contentType: 'text/html; charset=utf-8', cache: 'page' }
  return { message: { type: 'object', object }, body }
}
