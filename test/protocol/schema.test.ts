import { hash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { parseFromGuest, parseToGuest } from '../../src/protocol/schema.ts'

const none = new Uint8Array(0)
const bytes = Buffer.from('page')
const object = { key: 'a/index.html', hash: hash('sha256', bytes), sizeBytes: 4, contentType: 'text/html', cache: 'page' }
const refusal = (message: RegExp) => expect.objectContaining({ code: 'guest-refused', message: expect.stringMatching(message) })

describe('a message from the wire', () => {
  it('is a typed value without the fields that this version does not know', () => {
    const header = { type: 'wake', version: 1, nonce: 'n', now: 1, epoch: 2, mood: 'sleepy' }
    expect(parseToGuest({ header, body: none }).message).toEqual({ type: 'wake', version: 1, nonce: 'n', now: 1, epoch: 2 })
  })

  it('of an unknown type is refused by name', () => {
    expect(() => parseFromGuest({ header: { type: 'dream' }, body: none })).toThrow(
      refusal(/version 1 does not know \(type "dream"\)/),
    )
  })

  it.each([null, 4, [], {}])('that is no message at all (%j) is refused', (header) => {
    expect(() => parseFromGuest({ header, body: none })).toThrow(refusal(/does not know \(type null\)/))
  })

  it('with a field at fault is refused by that field’s name', () => {
    const writes = [
      { id: '1', kind: 'k', actor: { role: 'admin' }, payload: null, acceptedAt: '2026-01-01T00:00:00.000Z', blobs: [] },
    ]
    expect(() => parseToGuest({ header: { type: 'apply', batch: 'b', writes }, body: none })).toThrow(
      refusal(/“apply” whose field “writes.0.actor.role”/),
    )
  })

  it('keeps the words of a failure whose code it does not know', () => {
    const { message } = parseFromGuest({ header: { type: 'failed', code: 'of-the-future', message: 'No.' }, body: none })
    expect(message).toEqual({ type: 'failed', code: 'internal', message: 'No.' })
  })

  it('keeps in which words a receipt can be told to people', () => {
    const said = { key: 'left', values: { what: 'Lamp', count: 2 } }
    const problem = { where: 'n-LAMP', rule: 'r', message: 'Two.', saying: said, severity: 'error' }
    const refused = {
      write: 'w',
      status: 'rejected',
      code: 'out-of-stock',
      message: 'No.',
      saying: said,
      hintSaying: said,
      problems: [problem],
    }
    const times = { applyNs: 1, renderNs: 1, commitNs: 1 }
    const lists = { receipts: [refused], removed: [], effects: [], problems: [] }
    const header = { type: 'applied', batch: 'b', nextWakeAt: null, outbox: 1, rendered: 0, times, ...lists }

    expect(parseFromGuest({ header, body: none }).message).toEqual(header)
  })

  it('with an object has the bytes it names', () => {
    expect(parseFromGuest({ header: { type: 'object', object }, body: bytes }).body).toBe(bytes)
  })

  it.each([
    ['of another size', Buffer.from('pages'), /5 bytes .* announced 4/],
    ['with another hash', Buffer.from('cage'), /do not have its hash/],
  ])('with an object %s is refused', (_what, body, words) => {
    expect(() => parseFromGuest({ header: { type: 'object', object }, body })).toThrow(refusal(words))
  })

  it('with a blob of another hash is refused', () => {
    expect(() => parseToGuest({ header: { type: 'blob', hash: object.hash }, body: none })).toThrow(
      refusal(/do not have its hash/),
    )
  })

  it('with a body where none belongs is refused', () => {
    expect(() => parseFromGuest({ header: { type: 'acknowledged' }, body: bytes })).toThrow(refusal(/takes none/))
  })
})
