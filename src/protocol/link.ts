import type { Readable, Writable } from 'node:stream'
import { asDrowseError, DrowseError } from '../errors/drowse-error.ts'
import { createFrameDecoder, type EncodedFrame, encodeFrame } from './frames.ts'
import { parseFromGuest } from './schema.ts'
import { createTurns } from './turns.ts'
import type { Frame, FromGuest, GuestLink, ToGuest } from './types.ts'

/** The gateway's end of a link, with what its owner needs to know of it. */
export interface Link extends GuestLink {
  /** Why nothing more can be said over it; null while it is good. */
  readonly fault: DrowseError | null
  /** Resolves once, with the fault, when the link breaks. Never rejects. */
  readonly broken: Promise<DrowseError>
  /** Breaks the link: what is under way or waiting rejects with `reason`, both streams are destroyed. The first reason stays. */
  break(reason: DrowseError): void
}

interface LinkOptions {
  /** Asked when the guest's side ends by itself; may wait a little for the reason, such as an exit code. */
  readonly whyEnded?: () => Promise<DrowseError>
}

// An exchange that is read slowly makes the guest wait rather than fill the gateway's memory.
const INBOX_BYTES = 4 * 2 ** 20

/**
 * Speaks to a guest over a pair of streams, which belong to the link from then on. A link breaks for ever when a deadline passes after
 * something was sent, when a reader leaves an answer before its end, and when the guest ends, speaks out of turn, gives another message's
 * answer or sends what can't be parsed: from then on nobody could tell which answer belongs to which message. A deadline that passes while
 * an exchange still waits for its turn leaves the link good. An exchange takes its turn when its first frame is asked for.
 */
export function createLink(readable: Readable, writable: Writable, options: LinkOptions = {}): Link {
  const turns = createTurns()
  const broken = Promise.withResolvers<DrowseError>()
  let fault: DrowseError | null = null
  let current: Inbox | null = null
  let stalled: PromiseWithResolvers<void> | null = null

  function breakLink(reason: DrowseError): void {
    if (fault !== null) return
    fault = reason
    current?.fail(reason)
    stalled?.reject(reason)
    readable.destroy()
    writable.destroy()
    broken.resolve(reason)
  }

  async function send(frame: EncodedFrame): Promise<void> {
    if (fault !== null) throw fault
    writable.cork()
    let room = writable.write(frame.head)
    if (frame.body.byteLength > 0) room = writable.write(frame.body)
    writable.uncork()
    if (room) return
    stalled = Promise.withResolvers()
    await stalled.promise
  }

  async function listen(): Promise<void> {
    const decoder = createFrameDecoder()
    for await (const chunk of readable) {
      decoder.push(chunk)
      for (let raw = decoder.next(); raw !== null; raw = decoder.next()) {
        const frame = parseFromGuest(raw)
        if (current === null)
          throw new DrowseError('guest-refused', `The guest said “${frame.message.type}” without being asked.`)
        await current.put(frame)
      }
    }
    decoder.end()
  }

  async function* exchange(
    message: ToGuest,
    blobs: Iterable<readonly [hash: string, bytes: Uint8Array]>,
    deadline: AbortSignal,
  ): AsyncGenerator<Frame<FromGuest>, void, undefined> {
    const release = await turns.take(deadline, `the message “${message.type}”`)
    const expire = () => breakLink(late(message))
    const inbox = createInbox()
    let state: 'silent' | 'spoken' | 'answered' = 'silent'
    const finish = () => {
      deadline.removeEventListener('abort', expire)
      if (current === inbox) current = null
      release()
    }
    try {
      if (fault !== null) throw fault
      // Both sizes are checked before a byte leaves, so that a message too large leaves the link good.
      const last = encodeFrame(message)
      const frames = Array.from(blobs, ([hash, bytes]) => encodeFrame({ type: 'blob', hash }, bytes))
      current = inbox
      state = 'spoken'
      deadline.addEventListener('abort', expire, { once: true })
      for (const frame of frames) await send(frame)
      await send(last)
      while (state === 'spoken') {
        const frame = await inbox.take()
        if (frame.message.type !== 'object') {
          checkAnswer(message, frame.message)
          state = 'answered'
          // The turn ends with the answer, not with the reader's next step.
          finish()
        }
        yield frame
      }
    } catch (error) {
      if (state === 'spoken') breakLink(asDrowseError(error, 'machine-failed'))
      throw state === 'spoken' && fault !== null ? fault : error
    } finally {
      if (state === 'spoken') breakLink(left(message))
      finish()
    }
  }

  writable.on('drain', () => {
    stalled?.resolve()
    stalled = null
  })
  writable.on('error', (cause) => void ended(cause))
  readable.on('error', (cause) => void ended(cause))
  listen().then(
    () => ended(),
    (error: unknown) => (error instanceof DrowseError ? breakLink(error) : ended(error)),
  )

  async function ended(cause?: unknown): Promise<void> {
    if (fault !== null) return
    const reason = await options.whyEnded?.()
    breakLink(reason ?? new DrowseError('machine-failed', 'The guest closed its link.', { cause }))
  }

  return {
    get fault() {
      return fault
    },
    broken: broken.promise,
    break: breakLink,
    exchange,
  }
}

interface Inbox {
  /** Resolves when there is room for more. */
  put(frame: Frame<FromGuest>): Promise<void> | undefined
  take(): Promise<Frame<FromGuest>>
  fail(reason: DrowseError): void
}

function createInbox(): Inbox {
  const frames: Frame<FromGuest>[] = []
  let sizeBytes = 0
  let failure: DrowseError | null = null
  let reader: PromiseWithResolvers<Frame<FromGuest>> | null = null
  let room: PromiseWithResolvers<void> | null = null
  return {
    put(frame) {
      if (reader !== null) {
        reader.resolve(frame)
        reader = null
        return undefined
      }
      frames.push(frame)
      sizeBytes += frame.body.byteLength
      if (sizeBytes <= INBOX_BYTES) return undefined
      room = Promise.withResolvers()
      return room.promise
    },
    async take() {
      const frame = frames.shift()
      if (frame !== undefined) {
        sizeBytes -= frame.body.byteLength
        if (sizeBytes <= INBOX_BYTES) room?.resolve()
        return frame
      }
      if (failure !== null) throw failure
      reader = Promise.withResolvers()
      return await reader.promise
    },
    fail(reason) {
      failure = reason
      reader?.reject(reason)
      reader = null
      room?.resolve()
    },
  }
}

/** Throws `guest-refused` unless `answer` is the answer to `message` rather than to an older one. */
function checkAnswer(message: ToGuest, answer: FromGuest): void {
  if (answer.type === 'failed') return
  const fits =
    (message.type === 'wake' && answer.type === 'awake' && answer.nonce === message.nonce) ||
    (message.type === 'apply' && answer.type === 'applied' && answer.batch === message.batch) ||
    (message.type === 'acknowledge' && answer.type === 'acknowledged')
  if (fits) return
  const which = answer.type === 'awake' ? ' with another nonce' : answer.type === 'applied' ? ' for another batch' : ''
  throw new DrowseError(
    'guest-refused',
    `The guest answered “${message.type}” with “${answer.type}”${which}; the answer may be an older one.`,
  )
}

function late(message: ToGuest): DrowseError {
  return new DrowseError('machine-failed', `The guest did not finish its answer to “${message.type}” before the deadline.`, {
    hint: 'It may still have done what was asked; send the same again to a freshly woken machine.',
  })
}

function left(message: ToGuest): DrowseError {
  return new DrowseError(
    'machine-failed',
    `The answer to “${message.type}” was not read to its end, so the link can’t be used any more.`,
  )
}
