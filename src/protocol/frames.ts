import { DrowseError } from '../errors/drowse-error.ts'

/** The longest JSON header either side takes. */
export const MAX_HEADER_BYTES = 64 * 2 ** 20
/** The longest body either side takes; a media file or a page. */
export const MAX_BODY_BYTES = 256 * 2 ** 20

const PREFIX_BYTES = 8
const EMPTY = new Uint8Array(0)

/** A frame as it came off the wire: its header is parsed JSON that nobody has checked yet. */
export interface RawFrame {
  readonly header: unknown
  readonly body: Uint8Array
}

/** A frame's bytes, to be written one after the other. */
export interface EncodedFrame {
  readonly head: Uint8Array
  readonly body: Uint8Array
}

/**
 * The bytes of one frame: `head` (both lengths and the JSON header), then `body`, which is handed on without a copy. Throws
 * `body-too-large` when either part is over its limit; nothing is written then, so the link stays good.
 */
export function encodeFrame(message: object, body: Uint8Array = EMPTY): EncodedFrame {
  const json = JSON.stringify(message)
  const headerBytes = Buffer.byteLength(json)
  const fault = overLimit(headerBytes, body.byteLength)
  if (fault !== null) throw new DrowseError('body-too-large', `A message for the other side of the link is too large: ${fault}.`)
  const head = Buffer.allocUnsafe(PREFIX_BYTES + headerBytes)
  head.writeUInt32BE(headerBytes, 0)
  head.writeUInt32BE(body.byteLength, 4)
  head.write(json, PREFIX_BYTES)
  return { head, body }
}

/**
 * Cuts a byte stream into frames. Chunks of any size are pushed; `next` yields complete frames until it returns null. Each byte is copied
 * at most once. A frame's body may share memory with a pushed chunk, which must not be changed afterwards.
 */
export interface FrameDecoder {
  push(chunk: Uint8Array): void
  /** The next complete frame, or null until more is pushed. Throws `guest-refused` for lengths over the limits and for headers that are not JSON. */
  next(): RawFrame | null
  /** To be called when the stream ends. Throws `machine-failed` when it ended within a frame. */
  end(): void
}

export function createFrameDecoder(): FrameDecoder {
  const chunks: Uint8Array[] = []
  let bufferedBytes = 0
  let lengths: { readonly header: number; readonly body: number } | null = null

  function take(sizeBytes: number): Uint8Array {
    if (sizeBytes === 0) return EMPTY
    bufferedBytes -= sizeBytes
    const first = chunks[0]
    if (first !== undefined && first.byteLength >= sizeBytes) {
      if (first.byteLength === sizeBytes) chunks.shift()
      else chunks[0] = first.subarray(sizeBytes)
      return first.subarray(0, sizeBytes)
    }
    const joined = new Uint8Array(sizeBytes)
    let filled = 0
    let used = 0
    for (const chunk of chunks) {
      const part = chunk.subarray(0, sizeBytes - filled)
      joined.set(part, filled)
      filled += part.byteLength
      if (part.byteLength < chunk.byteLength) {
        chunks[used] = chunk.subarray(part.byteLength)
        break
      }
      used++
      if (filled === sizeBytes) break
    }
    chunks.splice(0, used)
    return joined
  }

  return {
    push(chunk) {
      if (chunk.byteLength === 0) return
      chunks.push(chunk)
      bufferedBytes += chunk.byteLength
    },
    next() {
      if (lengths === null) {
        if (bufferedBytes < PREFIX_BYTES) return null
        lengths = readPrefix(take(PREFIX_BYTES))
      }
      if (bufferedBytes < lengths.header + lengths.body) return null
      const header = parseHeader(take(lengths.header))
      const body = take(lengths.body)
      lengths = null
      return { header, body }
    },
    end() {
      if (lengths === null && bufferedBytes === 0) return
      throw new DrowseError('machine-failed', `The link ended within a frame, after ${bufferedBytes} bytes of it.`)
    },
  }
}

function readPrefix(prefix: Uint8Array): { header: number; body: number } {
  const view = new DataView(prefix.buffer, prefix.byteOffset, prefix.byteLength)
  const lengths = { header: view.getUint32(0), body: view.getUint32(4) }
  const fault = overLimit(lengths.header, lengths.body)
  if (fault === null) return lengths
  throw new DrowseError('guest-refused', `A frame on the link is over its limit: ${fault}.`, {
    hint: 'Something other than frames was written to the link, such as a stray line on standard output.',
  })
}

function overLimit(headerBytes: number, bodyBytes: number): string | null {
  if (headerBytes > MAX_HEADER_BYTES) return `its header has ${headerBytes} bytes and may have ${MAX_HEADER_BYTES}`
  if (bodyBytes > MAX_BODY_BYTES) return `its body has ${bodyBytes} bytes and may have ${MAX_BODY_BYTES}`
  return null
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function parseHeader(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(bytes))
  } catch (cause) {
    throw new DrowseError('guest-refused', 'A frame on the link has a header that is not JSON in UTF-8.', { cause })
  }
}
