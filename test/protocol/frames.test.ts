import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFrameDecoder, encodeFrame, MAX_BODY_BYTES, MAX_HEADER_BYTES, type RawFrame } from '../../src/protocol/frames.ts'

const message = fc.record({ type: fc.string(), value: fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value))) })
const frames = fc.array(fc.record({ header: message, body: fc.uint8Array({ maxLength: 300 }) }), { maxLength: 8 })

function bytesOf(all: readonly { header: object; body: Uint8Array }[]): Buffer {
  return Buffer.concat(
    all.flatMap(({ header, body }) => {
      const frame = encodeFrame(header, body)
      return [frame.head, frame.body]
    }),
  )
}

/** Pushes `bytes` in pieces of the given sizes, over and over, taking frames out after each. */
function decode(bytes: Uint8Array, sizes: readonly number[]): RawFrame[] {
  const decoder = createFrameDecoder()
  const found: RawFrame[] = []
  let at = 0
  for (let turn = 0; at < bytes.byteLength; turn++) {
    const size = sizes[turn % sizes.length] ?? 1
    decoder.push(bytes.subarray(at, at + size))
    at += size
    for (let frame = decoder.next(); frame !== null; frame = decoder.next()) found.push(frame)
  }
  decoder.end()
  return found
}

function prefix(headerBytes: number, bodyBytes: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeUInt32BE(headerBytes, 0)
  bytes.writeUInt32BE(bodyBytes, 4)
  return bytes
}

function decoderWith(bytes: Uint8Array) {
  const decoder = createFrameDecoder()
  decoder.push(bytes)
  return decoder
}

describe('frames', () => {
  it('come out as they went in, however the stream is cut', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(frames, sizes, (all, cuts) => {
        const found = decode(bytesOf(all), cuts)
        expect(found.map(({ header }) => header)).toEqual(all.map(({ header }) => header))
        expect(found.map(({ body }) => Buffer.from(body))).toEqual(all.map(({ body }) => Buffer.from(body)))
      }),
    )
  })

  it('with a large body in many small pieces are put together in one copy', () => {
    const body = Buffer.alloc(32 * 2 ** 20, 7)
    const [frame] = decode(bytesOf([{ header: { type: 'object' }, body }]), [512])
    expect(frame?.body.byteLength).toBe(body.byteLength)
  })

  it('are two big-endian lengths, a JSON header and a body on the wire', () => {
    const { head, body } = encodeFrame({ a: 'é' }, new Uint8Array([1, 2]))
    expect([...head]).toEqual([...prefix(10, 2), ...Buffer.from('{"a":"é"}')])
    expect([...body]).toEqual([1, 2])
  })

  it.each([
    ['header', prefix(MAX_HEADER_BYTES + 1, 0)],
    ['body', prefix(2, MAX_BODY_BYTES + 1)],
  ])('whose %s is over its limit are refused before it is read', (part, bytes) => {
    expect(() => decoderWith(bytes).next()).toThrow(
      expect.objectContaining({ code: 'guest-refused', message: expect.stringContaining(part) }),
    )
  })

  it.each([
    ['not JSON', Buffer.from('nope')],
    ['not UTF-8', Buffer.from([0x22, 0xff, 0x22])],
  ])('with a header that is %s are refused', (_what, header) => {
    const decoder = decoderWith(Buffer.concat([prefix(header.byteLength, 0), header]))
    expect(() => decoder.next()).toThrow(expect.objectContaining({ code: 'guest-refused' }))
  })

  it.each([
    ['its prefix', Buffer.alloc(3)],
    ['its body', Buffer.concat([prefix(2, 9), Buffer.from('{}abc')])],
  ])('cut off within %s are a failure at the end', (_where, bytes) => {
    const decoder = decoderWith(bytes)
    expect(decoder.next()).toBe(null)
    expect(() => decoder.end()).toThrow(expect.objectContaining({ code: 'machine-failed' }))
  })

  it('too large to send are not begun', () => {
    expect(() => encodeFrame({}, new Uint8Array(MAX_BODY_BYTES + 1))).toThrow(expect.objectContaining({ code: 'body-too-large' }))
  })
})
