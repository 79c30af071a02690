import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { asDrowseError, DrowseError } from '../errors/drowse-error.ts'
import { createFrameDecoder, type EncodedFrame, encodeFrame, type RawFrame } from './frames.ts'
import { parseToGuest } from './schema.ts'
import { type FromGuest, PROTOCOL_VERSION, type ToGuest } from './types.ts'

/** A message that is answered. Blobs are gathered on the way and come with the next `apply`. */
export type Request = Exclude<ToGuest, { type: 'blob' }>

/** Sends one frame to the gateway; resolves when there is room for the next. */
export type Send = (message: FromGuest, body?: Uint8Array) => Promise<void>

/**
 * Answers one message: any number of `object` frames and then exactly one `awake`, `applied` or `acknowledged`. To refuse, it throws; a
 * `DrowseError`'s code, message and hint travel to the gateway as `failed`. `blobs` holds the bytes sent since the last `apply`, by hash.
 */
export type Handler = (request: Request, blobs: ReadonlyMap<string, Uint8Array>, send: Send) => Promise<void>

/**
 * The guest's end of a link: hands every message to `handler`, one after the other. Returns when the input ends. Rejects, and the guest
 * should exit, when the input can't be cut into frames any more, when the output is gone, or when a handler throws after it had answered.
 */
export async function serve(readable: Readable, writable: Writable, handler: Handler): Promise<void> {
  const decoder = createFrameDecoder()
  const answer = createAnswerer(writable, handler)
  for await (const chunk of readable) {
    decoder.push(chunk)
    for (let raw = decoder.next(); raw !== null; raw = decoder.next()) await answer(raw)
  }
  decoder.end()
}

function createAnswerer(writable: Writable, handler: Handler): (raw: RawFrame) => Promise<void> {
  let blobs = new Map<string, Uint8Array>()
  // A blob has no answer of its own, so its fault is the answer to the next message.
  let blobFault: DrowseError | null = null
  const broken = new AbortController()
  writable.on('error', (error) => broken.abort(error))

  async function transmit(frame: EncodedFrame): Promise<void> {
    broken.signal.throwIfAborted()
    writable.cork()
    let room = writable.write(frame.head)
    if (frame.body.byteLength > 0) room = writable.write(frame.body)
    writable.uncork()
    if (!room) await once(writable, 'drain', { signal: broken.signal })
  }

  async function handle(request: Request): Promise<void> {
    let answered = false
    const send: Send = async (message, body) => {
      if (answered) throw new DrowseError('internal', `The guest said “${message.type}” after its answer to “${request.type}”.`)
      const frame = encodeFrame(message, body)
      // From here on bytes leave, and an answer that was begun can't be replaced by `failed`.
      if (message.type !== 'object') answered = true
      await transmit(frame)
    }
    try {
      await handler(request, blobs, send)
      if (!answered) throw new DrowseError('internal', `The guest did not answer “${request.type}”.`)
    } catch (error) {
      if (answered) throw error
      await transmit(encodeFrame(failure(error)))
    }
  }

  return async (raw) => {
    let request: ToGuest
    try {
      const frame = parseToGuest(raw)
      request = frame.message
      if (request.type === 'blob') {
        blobs.set(request.hash, frame.body)
        return
      }
      if (blobFault !== null) throw blobFault
      checkVersion(request)
    } catch (error) {
      if (isBlob(raw.header)) blobFault ??= asDrowseError(error)
      else {
        blobFault = null
        blobs = new Map()
        await transmit(encodeFrame(failure(error)))
      }
      return
    }
    await handle(request)
    if (request.type === 'apply') blobs = new Map()
  }
}

function isBlob(header: unknown): boolean {
  return typeof header === 'object' && header !== null && 'type' in header && header.type === 'blob'
}

function checkVersion(request: Request): void {
  if (request.type !== 'wake' || request.version === PROTOCOL_VERSION) return
  throw new DrowseError(
    'guest-refused',
    `The gateway speaks protocol version ${request.version} and this guest ${PROTOCOL_VERSION}.`,
    {
      hint: 'Start gateway and guest from one installation of Drowse.',
    },
  )
}

function failure(error: unknown): FromGuest {
  const { code, message, hint } = asDrowseError(error, 'apply-failed')
  return { type: 'failed', code, message, ...(hint === undefined ? {} : { hint }) }
}
