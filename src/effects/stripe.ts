import Stripe from 'stripe'
import * as v from 'valibot'
import type { Performer, Telling } from '../dispatch/types.ts'
import { DrowseError } from '../errors/drowse-error.ts'
import type { Hook } from '../gateway/types.ts'
import type { Effect, Json } from '../protocol/types.ts'

export interface StripeOptions {
  readonly secretKey: string
  readonly webhookSecret: string
  /** Where its API is, if not at Stripe's own. */
  readonly api?: { readonly host: string; readonly port: number; readonly protocol: 'http' | 'https' }
  readonly now: () => number
}

const TIMEOUT_MS = 20_000
/** The least time a session may have left when it is made, and a little for the way. */
const SHORTEST_SESSION_MS = 30 * 60_000 + 30_000

const session = v.object({
  token: v.string(),
  number: v.number(),
  currency: v.string(),
  lines: v.array(v.object({ name: v.string(), amount: v.number(), quantity: v.number() })),
  email: v.string(),
  language: v.string(),
  url: v.string(),
  expiresAt: v.string(),
})
const refund = v.object({ number: v.number(), intent: v.string(), amount: v.number(), amountMinor: v.number() })

/** What we write upon a refund at Stripe's, by which it is known again. */
const refundNote = v.object({
  drowse: v.string(),
  order: v.pipe(v.string(), v.transform(Number)),
  amountMinor: v.pipe(v.string(), v.transform(Number)),
})
/** A payment has fewer refunds than this. */
const MOST_REFUNDS = 100

/** Checkout sessions and refunds as performers, and Stripe's webhooks as a hook. */
export function stripeParts({ secretKey, webhookSecret, api, now }: StripeOptions): {
  readonly performers: readonly Performer[]
  readonly hook: Hook
} {
  // Retries are the outbox's: with the same idempotency key, a second request is the first one.
  const stripe = new Stripe(secretKey, { maxNetworkRetries: 0, timeout: TIMEOUT_MS, telemetry: false, ...api })

  const makeSession: Performer = {
    kind: 'stripe.session',
    async perform(effect) {
      const { token, number, currency, lines, email, url, expiresAt } = v.parse(session, effect.payload)
      const expiresMs = Date.parse(expiresAt)
      if (expiresMs - now() < SHORTEST_SESSION_MS) return told(effect, { event: 'failed', token })
      const made = await stripe.checkout.sessions
        .create(
          {
            mode: 'payment',
            client_reference_id: token,
            metadata: { drowse: String(number) },
            customer_email: email,
            line_items: lines.map(({ name, amount, quantity }) => ({
              quantity,
              price_data: { currency, unit_amount: amount, product_data: { name } },
            })),
            success_url: url,
            cancel_url: url,
            expires_at: Math.floor(expiresMs / 1000),
          },
          { idempotencyKey: effect.id },
        )
        .catch((cause: unknown) => {
          // What Stripe will never take can never be paid: the goods are for others.
          if (cause instanceof Stripe.errors.StripeInvalidRequestError) return requestError(cause, effect)
          throw requestError(cause, effect)
        })
      if (made instanceof DrowseError) return { ...told(effect, { event: 'failed', token }), fault: made }
      if (made.url == null) return told(effect, { event: 'failed', token })
      return told(effect, { event: 'session', token, url: made.url })
    },
  }

  const giveMoneyBack: Performer = {
    kind: 'stripe.refund',
    async perform(effect) {
      const { number, intent, amount, amountMinor } = v.parse(refund, effect.payload)
      const failed = (fault: DrowseError): Telling => {
        const reason = fault.message
        return { ...told(effect, { event: 'refund_failed', number, refund: effect.id, amountMinor, reason }), fault }
      }
      try {
        const made = (await madeBefore(intent, effect)) ?? (await makeRefund())
        if (made.status !== 'failed' && made.status !== 'canceled') return told(effect, { event: 'refunded', number })
        return failed(refundFault(effect, made.failure_reason ?? made.status))
      } catch (cause) {
        if (cause instanceof Stripe.errors.StripeError && cause.code === 'charge_already_refunded')
          return told(effect, { event: 'refunded', number })
        const error = requestError(cause, effect)
        if (error.code === 'payment-refused') return failed(error)
        throw error
      }

      async function makeRefund(): Promise<Stripe.Refund> {
        const metadata = { drowse: effect.id, order: String(number), amountMinor: String(amountMinor) }
        return await stripe.refunds.create({ payment_intent: intent, amount, metadata }, { idempotencyKey: effect.id })
      }
    },
  }

  /** Stripe forgets idempotency keys after a day, and we may have died before we heard its answer. */
  async function madeBefore(intent: string, { id }: Effect): Promise<Stripe.Refund | undefined> {
    const { data } = await stripe.refunds.list({ payment_intent: intent, limit: MOST_REFUNDS })
    return data.find(({ metadata }) => metadata?.drowse === id)
  }

  const hook: Hook = {
    name: 'stripe',
    maxBytes: 256 * 1024,
    read(headers, raw) {
      const signature = headers.get('Stripe-Signature') ?? ''
      try {
        const telling = tellingOf(stripe.webhooks.constructEvent(Buffer.from(raw), signature, webhookSecret))
        // Sessions that run out can be made by the thousand, for nothing.
        return telling && { ...telling, whose: isPaid(telling) ? 'owner' : 'visitor' }
      } catch (cause) {
        if (cause instanceof Stripe.errors.StripeSignatureVerificationError)
          throw new DrowseError('signature-refused', 'This was not signed by Stripe for this site.', { cause })
        throw new DrowseError('form-invalid', 'This is no event of Stripe’s.', { cause })
      }
    },
  }

  return { performers: [makeSession, giveMoneyBack], hook }
}

function told({ id }: Effect, payload: Json): Telling {
  return { kind: 'order.payment', payload, key: `effect:${id}` }
}

/** What an event means to an order of ours; null for all others. */
function tellingOf(event: Stripe.Event): Telling | null {
  switch (event.type) {
    case 'checkout.session.completed':
    case 'checkout.session.async_payment_succeeded':
    case 'checkout.session.async_payment_failed':
    case 'checkout.session.expired': {
      const { client_reference_id: token, metadata } = event.data.object
      if (token === null || metadata?.drowse === undefined) return null
      const payload = payloadOf(event.type, event.data.object, token)
      return payload === null ? null : { kind: 'order.payment', payload, key: `stripe:${event.id}` }
    }
    // A bank may send back days later what Stripe sent it.
    case 'refund.failed': {
      const { metadata, failure_reason: why } = event.data.object
      const note = v.safeParse(refundNote, metadata)
      if (!note.success) return null
      const { drowse, order, amountMinor } = note.output
      const reason = `Stripe says: ${why ?? 'failed'}.`
      const payload = { event: 'refund_failed', number: order, refund: drowse, amountMinor, reason }
      return { kind: 'order.payment', payload, key: `stripe:${event.id}` }
    }
    default:
      return null
  }
}

function isPaid({ payload }: Telling): boolean {
  return Object(payload).event === 'paid'
}

function payloadOf(type: string, paid: Stripe.Checkout.Session, token: string): Json {
  if (type === 'checkout.session.expired') return { event: 'expired', token }
  if (type === 'checkout.session.async_payment_failed') return { event: 'failed', token }
  // A transfer is completed first and paid days later.
  if (paid.payment_status !== 'paid') return null
  const { payment_intent: by, amount_total: amount, currency } = paid
  const intent = typeof by === 'string' ? by : (by?.id ?? null)
  return { event: 'paid', token, intent, amount: amount ?? 0, currency: (currency ?? '').toUpperCase() }
}

function refundFault({ id }: Effect, why: string): DrowseError {
  return new DrowseError('payment-refused', `Stripe did not make the refund ${id}: ${why}.`, {
    hint: 'The order is “refund failed”. Ask for the refund again, or send the money by another way.',
  })
}

function requestError(cause: unknown, { id }: Effect): DrowseError {
  const message = cause instanceof Error ? cause.message : String(cause)
  if (cause instanceof Stripe.errors.StripeInvalidRequestError)
    return new DrowseError('payment-refused', `Stripe refused ${id}: ${message}`, {
      cause,
      hint: 'Look at the order in Stripe’s dashboard.',
    })
  return new DrowseError('payment-failed', `Stripe could not be asked for ${id} yet: ${message}`, {
    cause,
    hint: 'It is kept and tried again. Check DROWSE_STRIPE_KEY if this goes on.',
  })
}
