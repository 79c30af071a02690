import { asDrowseError, DrowseError } from '../errors/drowse-error.ts'
import { saying } from '../errors/words/say.ts'
import type { JournalEntry } from '../journal/types.ts'
import type { Actor, Problem, Receipt } from '../protocol/types.ts'
import { idempotencyKey } from './idempotency-key.ts'
import { pageLocation, publicKey } from './location.ts'
import { checkOrigin } from './origin.ts'
import type { OwnWrites } from './own-writes.ts'
import { isOwner } from './owner.ts'
import { PROOF_FIELDS, withChallenge } from './proof.ts'
import { type Body, bodyType, checkLength, readBody } from './read-body.ts'
import { speechFor, toldIn } from './speech.ts'
import type { Fields, GatewayOptions, WriteForm } from './types.ts'
import type { VisitorGates } from './visitor-gates.ts'

/** `page`: the path of the page that the form says it was on, in whose language the visitor is answered. */
export type Taken =
  | {
      readonly type: 'receipt'
      readonly entry: JournalEntry
      readonly receipt: Receipt
      readonly isFresh: boolean
      readonly form: string | null
      readonly page: string | null
    }
  | { readonly type: 'waiting'; readonly entry: JournalEntry; readonly isFresh: boolean; readonly page: string | null }
  /** A trap that only robots walk into: they are told that all is well. */
  | { readonly type: 'trapped'; readonly location: string }
  | {
      readonly type: 'refused'
      readonly error: DrowseError
      readonly problems: readonly Problem[]
      readonly form: string | null
      readonly page: string | null
    }

/** Who may have sent it, as far as anybody can tell, and what stands in their way. */
export interface Visitor {
  readonly gates: VisitorGates
  /** See `clientAddress`. */
  readonly client: string | null
  /** What their browser has sent lately. */
  readonly own: Pick<OwnWrites, 'of'>
}

const HONEYPOT = 'website'

/**
 * One POST from its first byte to its receipt. The gates stand in the order of what they cost, and all of them before a machine is touched.
 * Throws a `DrowseError` for what is refused before the body was read.
 */
export async function takeWrite(
  request: Request,
  form: WriteForm,
  options: GatewayOptions,
  { gates, client, own }: Visitor,
): Promise<Taken> {
  const { site, journal, writes, published, deadlineMs } = options

  checkLength(request, form.maxBytes)
  const type = bodyType(request)
  const actor = actorOf(request, form, options)
  const body = await readBody(request, type, form.maxBytes)

  const isTrapped = actor.role === 'visitor' && isFilled(body)
  const cleaned = withQuery(withoutTrap(body), request, form)
  const parsed = form.parse(cleaned)
  const from = pageIn(cleaned)
  const speech = speechFor(request, from, options)
  if (isTrapped) return { type: 'trapped', location: pageLocation((parsed.ok ? form.page(parsed.payload) : null) ?? '/') }
  if (!parsed.ok) return refused(new DrowseError('form-invalid', saying('cantBeSent', { noun: form.noun })), parsed.problems)

  const about = actor.role === 'visitor' ? (form.ofOwn?.(parsed.payload) ?? null) : null
  if (about !== null && !own.of(request).includes(about))
    return refused(
      new DrowseError('edit-refused', saying('notTheirs'), {
        hint: saying('notTheirsHint'),
      }),
    )

  try {
    const key = idempotencyKey(request, body, form)
    const blobs = parsed.blobs === undefined ? {} : { blobs: parsed.blobs }
    const acceptance = { site, kind: form.kind, actor, payload: parsed.payload, key, ...blobs }
    const page = form.page(parsed.payload)
    const isGone = page !== null && published.published(publicKey(page) ?? '') === null
    // What was accepted before gets its answer all the same, and costs nothing.
    const isFresh = journal.recall(acceptance) === null
    if (isGone && isFresh) {
      throw new DrowseError('page-unknown', saying('pageGone'), {
        hint: saying('pageGoneHint'),
      })
    }
    const place = isFresh && actor.role === 'visitor' ? await gates.admit(client, proofIn(body, form)) : null
    const { entry, fresh } = await journal.accept(acceptance).finally(() => place?.done())
    writes.notify(site, actor.role)
    // Nobody is kept waiting for a budget.
    const isHeld = actor.role === 'visitor' && writes.heldMs(site) > deadlineMs
    const receipt = await writes.settled(site, entry.write.id, isHeld ? 0 : deadlineMs)
    if (receipt === null) return { type: 'waiting', entry, isFresh: fresh, page: from }
    return { type: 'receipt', entry, receipt, isFresh: fresh, form: preserved([]), page: from }
  } catch (error) {
    return refused(asDrowseError(error))
  }

  function refused(error: DrowseError, problems: readonly Problem[] = []): Taken {
    const form = preserved(problems)
    return { type: 'refused', error, problems, form: form && withChallenge(form, error), page: from }
  }

  /** The form with everything that was typed, but not its key: what is sent next is another write. */
  function preserved(problems: readonly Problem[]): string | null {
    if (cleaned.type !== 'fields' || form.html === undefined) return null
    const { key: _key, ...fields } = cleaned.fields
    return form.html(fields, toldIn(speech, problems), speech)
  }
}

/** Throws `origin-refused`, `token-missing` or `token-refused`. */
function actorOf(request: Request, form: WriteForm, { tokens, origin, acceptsOwnHost }: GatewayOptions): Actor {
  const authorization = request.headers.get('Authorization')
  // To a visitor’s form a browser adds whatever the proxy in front of the site asks for, such as a password.
  if (authorization === null || (form.actor === 'visitor' && !/^Bearer\b/i.test(authorization))) {
    checkOrigin(request, { origin, acceptsOwnHost })
    if (form.actor === 'visitor') return { role: 'visitor' }
    throw new DrowseError('token-missing', `Only the owner may send a ${form.noun} here, with a bearer token.`, {
      hint: 'Make one with “drowse token” and send it as “Authorization: Bearer …”.',
    })
  }
  // A page of another site can't set this header without asking first, and is never allowed to.
  if (isOwner(request, tokens)) return { role: 'owner' }
  throw new DrowseError('token-refused', 'The bearer token is not one of this site’s.', {
    hint: 'Make a new one with “drowse token”.',
  })
}

/** Where a proof would be. A form that no page of ours can send again is asked for none: what a link in a mail leads to, or a mail program sends. */
function proofIn(body: Body, form: WriteForm): Fields | 'program' | 'unasked' {
  if (form.html === undefined) return 'unasked'
  return body.type === 'fields' ? body.fields : 'program'
}

/** The path of the page that the form says it was on. */
function pageIn(body: Body): string | null {
  const page = body.type === 'fields' ? body.fields.page : jsonMember(body, 'page')
  return typeof page === 'string' ? page : null
}

function isFilled(body: Body): boolean {
  const value = body.type === 'fields' ? body.fields[HONEYPOT] : jsonMember(body, HONEYPOT)
  return typeof value === 'string' && value !== ''
}

function jsonMember(body: Extract<Body, { type: 'json' }>, name: string): unknown {
  const { json } = body
  return typeof json === 'object' && json !== null && !Array.isArray(json)
    ? Object.getOwnPropertyDescriptor(json, name)?.value
    : undefined
}

/** What the form leaves out may stand in the query, where its kind says so. */
function withQuery(body: Body, request: Request, { inQuery = [] }: WriteForm): Body {
  if (body.type !== 'fields') return body
  const query = new URL(request.url).searchParams
  const given = inQuery.flatMap((name) => (query.has(name) ? [[name, query.get(name) ?? '']] : []))
  return { type: 'fields', fields: { ...Object.fromEntries(given), ...body.fields } }
}

function withoutTrap(body: Body): Body {
  if (body.type !== 'fields') return body
  const notTheirs: readonly string[] = [HONEYPOT, ...PROOF_FIELDS]
  const fields: Fields = Object.fromEntries(Object.entries(body.fields).filter(([name]) => !notTheirs.includes(name)))
  return { type: 'fields', fields }
}
