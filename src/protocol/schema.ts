import { hash } from 'node:crypto'
import * as v from 'valibot'
import { type ErrorCode, isErrorCode } from '../errors/codes.ts'
import { DrowseError } from '../errors/drowse-error.ts'
import type { RawFrame } from './frames.ts'
import { type Frame, type FromGuest, type Json, PROTOCOL_VERSION, type Receipt, type ToGuest } from './types.ts'

// Headers come from JSON.parse, so whatever is present is Json by construction and is not walked again.
const json = v.custom<Json>((value) => value !== undefined, 'must be present')
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hex'))
// A newer guest may know codes that this gateway does not, and so may an older journal; what it says is kept all the same.
const code = v.fallback(v.custom<ErrorCode>(isErrorCode), 'internal')

const write = v.object({
  id: v.string(),
  kind: v.string(),
  actor: v.variant('role', [v.object({ role: v.literal('visitor') }), v.object({ role: v.literal('owner') })]),
  payload: json,
  acceptedAt: v.pipe(v.string(), v.isoTimestamp()),
  blobs: v.array(sha256),
})

const saying = v.object({
  key: v.string(),
  values: v.exactOptional(v.record(v.string(), v.union([v.string(), v.number()]))),
})

const problem = v.object({
  where: v.string(),
  line: v.exactOptional(count),
  column: v.exactOptional(count),
  rule: v.string(),
  message: v.string(),
  saying: v.exactOptional(saying),
  hint: v.exactOptional(v.string()),
  severity: v.picklist(['error', 'warning']),
})

/** What a write came to, as it travels and as the journal keeps it. */
export const receiptSchema: v.GenericSchema<unknown, Receipt> = v.variant('status', [
  v.object({
    write: v.string(),
    status: v.literal('applied'),
    page: v.exactOptional(v.string()),
    anchor: v.exactOptional(v.string()),
    result: v.exactOptional(json),
    problems: v.exactOptional(v.array(problem)),
  }),
  v.object({
    write: v.string(),
    status: v.literal('rejected'),
    code,
    message: v.string(),
    hint: v.exactOptional(v.string()),
    saying: v.exactOptional(saying),
    hintSaying: v.exactOptional(saying),
    problems: v.exactOptional(v.array(problem)),
  }),
])

const objectInfo = v.object({
  key: v.pipe(v.string(), v.regex(/^[^/]/, 'must not begin with a slash')),
  hash: sha256,
  sizeBytes: count,
  contentType: v.string(),
  cache: v.picklist(['immutable', 'page']),
  redirect: v.exactOptional(v.string()),
})

const toGuest: v.GenericSchema<unknown, ToGuest> = v.variant('type', [
  v.object({ type: v.literal('wake'), version: count, nonce: v.string(), now: v.number(), epoch: count }),
  v.object({ type: v.literal('blob'), hash: sha256 }),
  v.object({ type: v.literal('apply'), batch: v.string(), writes: v.array(write) }),
  v.object({ type: v.literal('acknowledge'), outbox: count }),
])

const fromGuest: v.GenericSchema<unknown, FromGuest> = v.variant('type', [
  v.object({ type: v.literal('awake'), version: count, nonce: v.string(), generation: count }),
  v.object({ type: v.literal('object'), object: objectInfo }),
  v.object({
    type: v.literal('applied'),
    batch: v.string(),
    receipts: v.array(receiptSchema),
    removed: v.array(v.string()),
    effects: v.array(v.object({ id: v.string(), kind: v.string(), payload: json })),
    nextWakeAt: v.nullable(v.pipe(v.string(), v.isoTimestamp())),
    outbox: count,
    times: v.object({ applyNs: count, renderNs: count, commitNs: count }),
    rendered: count,
    problems: v.array(problem),
  }),
  v.object({ type: v.literal('acknowledged') }),
  v.object({ type: v.literal('failed'), code, message: v.string(), hint: v.exactOptional(v.string()) }),
])

/**
 * What the gateway said. Fields that this version does not know are dropped. Throws `guest-refused` naming the message's type and the
 * field at fault; a `blob` must have the bytes its hash names.
 */
export function parseToGuest(raw: RawFrame): Frame<ToGuest> {
  const message = parse('gateway', toGuest, raw.header)
  if (message.type === 'blob') checkHash('gateway', `blob ${message.hash}`, message.hash, raw.body)
  else refuseBody('gateway', message.type, raw.body)
  return { message, body: raw.body }
}

/** What the guest said; as `parseToGuest`. An `object` must have the bytes that its hash and size name. */
export function parseFromGuest(raw: RawFrame): Frame<FromGuest> {
  const message = parse('guest', fromGuest, raw.header)
  if (message.type === 'object') {
    if (message.object.sizeBytes !== raw.body.byteLength) {
      throw new DrowseError(
        'guest-refused',
        `The guest sent ${raw.body.byteLength} bytes for the object “${message.object.key}” and announced ${message.object.sizeBytes}.`,
      )
    }
    checkHash('guest', `object “${message.object.key}”`, message.object.hash, raw.body)
  } else refuseBody('guest', message.type, raw.body)
  return { message, body: raw.body }
}

type Side = 'gateway' | 'guest'

const HINT = 'Gateway and guest are of different versions of Drowse; start both from one installation.'

function parse<T>(side: Side, schema: v.GenericSchema<unknown, T>, header: unknown): T {
  const result = v.safeParse(schema, header, { abortEarly: true })
  if (result.success) return result.output
  const issue = result.issues[0]
  const where = v.getDotPath(issue) ?? ''
  const what =
    where === 'type' || where === ''
      ? `a message that protocol version ${PROTOCOL_VERSION} does not know (type ${JSON.stringify(typeOf(header))})`
      : `a message “${String(typeOf(header))}” whose field “${where}” is not as it should be: ${issue.message}`
  throw new DrowseError('guest-refused', `The ${side} sent ${what}.`, { hint: HINT, details: { field: where } })
}

function typeOf(header: unknown): unknown {
  return typeof header === 'object' && header !== null && 'type' in header ? header.type : null
}

function checkHash(side: Side, what: string, expected: string, body: Uint8Array): void {
  if (hash('sha256', body) === expected) return
  throw new DrowseError('guest-refused', `The ${side} sent bytes for the ${what} that do not have its hash.`)
}

function refuseBody(side: Side, type: string, body: Uint8Array): void {
  if (body.byteLength === 0) return
  throw new DrowseError(
    'guest-refused',
    `The ${side} sent a message “${type}” with a body of ${body.byteLength} bytes; it takes none.`,
    { hint: HINT },
  )
}
