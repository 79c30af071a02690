import { hash } from 'node:crypto'
import { duplexPair } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { DrowseError } from '../../src/errors/drowse-error.ts'
import { encodeFrame } from '../../src/protocol/frames.ts'
import { greet } from '../../src/protocol/greet.ts'
import { createLink } from '../../src/protocol/link.ts'
import { type Handler, serve } from '../../src/protocol/serve.ts'
import type { Frame, FromGuest, ToGuest } from '../../src/protocol/types.ts'

const soon = () => AbortSignal.timeout(5000)
const acknowledge = { type: 'acknowledge', outbox: 1 } as const
const apply = (batch = 'b') => ({ type: 'apply', batch, writes: [] }) as const
const applied = (batch: string): FromGuest => ({
  type: 'applied',
  batch,
  receipts: [],
  removed: [],
  effects: [],
  nextWakeAt: null,
  outbox: 1,
  times: { applyNs: 0, renderNs: 0, commitNs: 0 },
  rendered: 0,
  problems: [],
})
const object = (key: string, body: Uint8Array): FromGuest => ({
  type: 'object',
  object: { key, hash: hash('sha256', body), sizeBytes: body.byteLength, contentType: 'text/html', cache: 'page' },
})

/** A link to a guest in this process that answers by `handler`. */
function connect(handler: Handler) {
  const [ours, theirs] = duplexPair()
  return { link: createLink(ours, ours), serving: serve(theirs, theirs, handler), ours, theirs }
}

/** A link to a guest that the test plays by hand. */
function connectByHand() {
  const [ours, theirs] = duplexPair()
  const say = (message: FromGuest) => theirs.write(encodeFrame(message).head)
  return { link: createLink(ours, ours), say, theirs }
}

async function all(frames: AsyncIterable<Frame<FromGuest>>): Promise<FromGuest[]> {
  return (await Array.fromAsync(frames)).map(({ message }) => message)
}

/** Answers every message as a healthy guest does. */
const healthy: Handler = async (request, _blobs, send) => {
  if (request.type === 'wake') return await send({ type: 'awake', version: 1, nonce: request.nonce, generation: 3 })
  if (request.type === 'acknowledge') return await send({ type: 'acknowledged' })
  return await send(applied(request.batch))
}

describe('an exchange', () => {
  it('carries blobs there and objects back', async () => {
    const page = Buffer.from('<h1>Hello')
    const { link } = connect(async (_request, blobs, send) => {
      for (const [key, body] of blobs) await send(object(key, body), body)
      await send(applied('b'))
    })
    const frames = await Array.fromAsync(link.exchange(apply(), [[hash('sha256', page), page]], soon()))
    expect(frames.map(({ message, body }) => [message.type, Buffer.from(body).toString()])).toEqual([
      ['object', '<h1>Hello'],
      ['applied', ''],
    ])
  })

  it('hands a batch the blobs since the last one and no others', async () => {
    const seen: number[] = []
    const { link } = connect(async (request, blobs, send) => {
      seen.push(blobs.size)
      await healthy(request, blobs, send)
    })
    const body = Buffer.from('x')
    await all(link.exchange(apply(), [[hash('sha256', body), body]], soon()))
    await all(link.exchange(apply(), [], soon()))
    expect(seen).toEqual([1, 0])
  })

  it('moves bodies larger than any buffer in between', async () => {
    const body = Buffer.alloc(16 * 2 ** 20, 5)
    const { link } = connect(async (_request, blobs, send) => {
      for (const [key, bytes] of blobs) await send(object(key, bytes), bytes)
      await send(applied('b'))
    })
    const [first] = await Array.fromAsync(link.exchange(apply(), [[hash('sha256', body), body]], soon()))
    expect(body.equals(first?.body ?? body.subarray(1))).toBe(true)
  })

  it('waits behind those that were asked for earlier', async () => {
    const order: string[] = []
    const { link } = connect(async (request, blobs, send) => {
      if (request.type === 'apply') order.push(request.batch)
      await healthy(request, blobs, send)
    })
    await Promise.all(['1', '2', '3'].map((batch) => all(link.exchange(apply(batch), [], soon()))))
    expect(order).toEqual(['1', '2', '3'])
  })

  it('makes a guest wait whose answer is read slowly', async () => {
    const body = Buffer.alloc(2 ** 20)
    let sent = 0
    const { link } = connect(async (_request, _blobs, send) => {
      for (; sent < 40; sent++) await send(object(String(sent), body), body)
      await send(applied('b'))
    })
    const frames = link.exchange(apply(), [], soon())[Symbol.asyncIterator]()
    await frames.next()
    await expect.poll(() => sent).toBeGreaterThan(1)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(sent).toBeLessThan(10)
    for (let next = await frames.next(); !next.done; next = await frames.next());
    expect(sent).toBe(40)
  })

  it('yields a refusal with the handler’s code and hint, and the link stays good', async () => {
    let refuse = true
    const { link } = connect(async (request, blobs, send) => {
      if (refuse) throw new DrowseError('kind-unknown', 'No such kind.', { hint: 'Look it up.' })
      await healthy(request, blobs, send)
    })
    expect(await all(link.exchange(apply(), [], soon()))).toEqual([
      { type: 'failed', code: 'kind-unknown', message: 'No such kind.', hint: 'Look it up.' },
    ])
    refuse = false
    expect(await all(link.exchange(acknowledge, [], soon()))).toEqual([{ type: 'acknowledged' }])
  })

  it('yields a failure when the handler does not answer', async () => {
    const { link } = connect(async () => {})
    expect(await all(link.exchange(apply(), [], soon()))).toMatchObject([{ type: 'failed', code: 'internal' }])
  })

  it('fails when a blob was not what its hash says, and the next one works', async () => {
    const { link } = connect(healthy)
    const wrong = [['0'.repeat(64), Buffer.from('x')]] as const
    expect(await all(link.exchange(apply(), wrong, soon()))).toMatchObject([{ type: 'failed', code: 'guest-refused' }])
    expect(await all(link.exchange(apply(), [], soon()))).toMatchObject([{ type: 'applied' }])
  })

  it('may be left once its last frame was read', async () => {
    const { link } = connect(healthy)
    for await (const _frame of link.exchange(apply(), [], soon())) break
    expect(await all(link.exchange(acknowledge, [], soon()))).toEqual([{ type: 'acknowledged' }])
  })
})

describe('a link', () => {
  const failed = (words: RegExp) => expect.objectContaining({ code: 'machine-failed', message: expect.stringMatching(words) })
  const refused = (words: RegExp) => expect.objectContaining({ code: 'guest-refused', message: expect.stringMatching(words) })

  it('breaks when the deadline passes after something was sent, for all who wait', async () => {
    const { link } = connect(() => new Promise(() => {}))
    const first = all(link.exchange(apply(), [], AbortSignal.timeout(20)))
    const second = all(link.exchange(acknowledge, [], soon()))
    await expect(first).rejects.toEqual(failed(/did not finish its answer to “apply” before the deadline/))
    await expect(second).rejects.toBe(link.fault)
    expect(await link.broken).toBe(link.fault)
  })

  it('stays good when the deadline passes while an exchange waits for its turn', async () => {
    const answer = Promise.withResolvers<void>()
    const { link } = connect(async (request, blobs, send) => {
      await answer.promise
      await healthy(request, blobs, send)
    })
    const first = all(link.exchange(apply(), [], soon()))
    await expect(all(link.exchange(acknowledge, [], AbortSignal.timeout(20)))).rejects.toEqual(failed(/nothing was sent/))
    answer.resolve()
    expect(await first).toMatchObject([{ type: 'applied' }])
    expect(link.fault).toBe(null)
  })

  it('stays good when a message is too large to be sent', async () => {
    const { link } = connect(healthy)
    const huge = [['0'.repeat(64), new Uint8Array(257 * 2 ** 20)]] as const
    await expect(all(link.exchange(apply(), huge, soon()))).rejects.toMatchObject({ code: 'body-too-large' })
    expect(await all(link.exchange(acknowledge, [], soon()))).toEqual([{ type: 'acknowledged' }])
  })

  it('breaks when a reader leaves an answer before its end', async () => {
    const { link } = connect(async (_request, _blobs, send) => {
      await send(object('a', Buffer.from('x')), Buffer.from('x'))
      await send(applied('b'))
    })
    for await (const _frame of link.exchange(apply(), [], soon())) break
    expect(link.fault).toEqual(failed(/not read to its end/))
  })

  it('breaks when the guest speaks without being asked', async () => {
    const { link, say } = connectByHand()
    say({ type: 'acknowledged' })
    expect(await link.broken).toEqual(refused(/“acknowledged” without being asked/))
  })

  it.each<[string, ToGuest, FromGuest]>([
    [
      'an older nonce',
      { type: 'wake', version: 1, nonce: 'new', now: 0, epoch: 0 },
      { type: 'awake', version: 1, nonce: 'old', generation: 0 },
    ],
    ['another batch', apply('new'), applied('old')],
    ['another message', apply('new'), { type: 'acknowledged' }],
  ])('breaks when the answer is that of %s', async (_what, message, answer) => {
    const { link, say } = connectByHand()
    const exchange = all(link.exchange(message, [], soon()))
    say(answer)
    await expect(exchange).rejects.toEqual(refused(/may be an older one/))
    expect(link.fault).not.toBe(null)
  })

  it('breaks when the guest’s side ends, during an exchange and at rest', async () => {
    const busy = connectByHand()
    const exchange = all(busy.link.exchange(apply(), [], soon()))
    busy.theirs.end()
    await expect(exchange).rejects.toEqual(failed(/closed its link/))
    const idle = connectByHand()
    idle.theirs.end()
    expect(await idle.link.broken).toEqual(failed(/closed its link/))
  })

  it('keeps its first fault', async () => {
    const { link } = connectByHand()
    const first = new DrowseError('machine-failed', 'first')
    link.break(first)
    link.break(new DrowseError('machine-failed', 'second'))
    await expect(all(link.exchange(apply(), [], soon()))).rejects.toBe(first)
  })
})

describe('greeting a guest', () => {
  it('returns its data’s generation', async () => {
    const { link } = connect(healthy)
    expect(await greet(link, 0, 1, soon())).toEqual({ generation: 3 })
  })

  it('rejects as the guest refuses', async () => {
    const { link } = connect(async () => {
      throw new DrowseError('guest-refused', 'The epoch 1 is over.')
    })
    await expect(greet(link, 0, 1, soon())).rejects.toMatchObject({ code: 'guest-refused', message: 'The epoch 1 is over.' })
  })

  it('rejects a guest of another version', async () => {
    const { link } = connect(async (request, _blobs, send) => {
      if (request.type === 'wake') await send({ type: 'awake', version: 9, nonce: request.nonce, generation: 0 })
    })
    await expect(greet(link, 0, 1, soon())).rejects.toMatchObject({
      code: 'guest-refused',
      message: expect.stringContaining('version 9'),
    })
  })
})

describe('serving', () => {
  it('ends when the input does', async () => {
    const { serving, ours } = connect(healthy)
    ours.end()
    await expect(serving).resolves.toBe(undefined)
  })

  it('refuses a gateway of another version without asking the handler', async () => {
    const { link } = connect(async () => {
      throw new Error('not to be asked')
    })
    const wake = { type: 'wake', version: 9, nonce: 'n', now: 0, epoch: 0 } as const
    expect(await all(link.exchange(wake, [], soon()))).toMatchObject([{ type: 'failed', code: 'guest-refused' }])
  })

  it('rejects when the input can’t be cut into frames', async () => {
    const { serving, ours } = connect(healthy)
    ours.write('hello, is anybody there?')
    await expect(serving).rejects.toMatchObject({ code: 'guest-refused' })
  })

  it('rejects when a handler fails after its answer', async () => {
    const { link, serving } = connect(async (request, blobs, send) => {
      await healthy(request, blobs, send)
      throw new Error('too late')
    })
    // Whether the answer arrives before the streams are gone does not matter here.
    all(link.exchange(acknowledge, [], soon())).catch(() => {})
    await expect(serving).rejects.toThrow('too late')
  })
})
