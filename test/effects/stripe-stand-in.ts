import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import Stripe from 'stripe'

export const WEBHOOK_SECRET = 'whsec_test'

/** In Stripe's place at the SDK's host: makes sessions and refunds, the same for the same idempotency key, and signs webhooks with the SDK's own helper. */
export interface StandIn {
  readonly api: { readonly host: string; readonly port: number; readonly protocol: 'http' }
  /** By idempotency key. */
  readonly sessions: ReadonlyMap<string, URLSearchParams>
  readonly refunds: ReadonlyMap<string, URLSearchParams>
  readonly requests: readonly string[]
  /** How many of the next requests are answered 500. */
  faults: number
  /** How many of the next requests to make something are refused for good. */
  refusals: number
  /** How many of the next answers about what was made get lost on their way. */
  losses: number
  /** As if a day had gone by: a key that was used before makes something new. */
  forgetKeys(): void
  close(): Promise<void>
}

export async function startStandIn(): Promise<StandIn> {
  const made = { '/v1/checkout/sessions': new Map<string, URLSearchParams>(), '/v1/refunds': new Map<string, URLSearchParams>() }
  const requests: string[] = []
  const keys = new Set<string>()
  const server = createServer(async (request, response) => {
    const { pathname: path, searchParams } = new URL(request.url ?? '', 'http://stripe.invalid')
    const key = String(request.headers['idempotency-key'] ?? '')
    const body = new URLSearchParams(await text(request))
    requests.push(`${request.method} ${path}`)
    const answer = (status: number, value: unknown) => {
      response.writeHead(status, { 'Content-Type': 'application/json' })
      response.end(JSON.stringify(value))
    }
    if (standIn.faults > 0) {
      standIn.faults -= 1
      return answer(500, { error: { type: 'api_error', message: 'Down.' } })
    }
    if (request.headers.authorization !== 'Bearer sk_test_1')
      return answer(401, { error: { type: 'invalid_request_error', message: 'No key.' } })
    if (path !== '/v1/checkout/sessions' && path !== '/v1/refunds')
      return answer(404, { error: { type: 'invalid_request_error', message: path } })
    if (request.method === 'GET') {
      const of = [...made[path].values()].filter((each) => each.get('payment_intent') === searchParams.get('payment_intent'))
      const data = of.map((each) => ({
        object: 'refund',
        status: 'succeeded',
        metadata: { drowse: each.get('metadata[drowse]') },
      }))
      return answer(200, { object: 'list', data, has_more: false, url: path })
    }
    if (standIn.refusals > 0) {
      standIn.refusals -= 1
      return answer(400, { error: { type: 'invalid_request_error', message: 'Not with this account.' } })
    }
    const known = made[path]
    if (!keys.has(key)) {
      keys.add(key)
      known.set(known.has(key) ? `${key}#${known.size}` : key, body)
    }
    if (standIn.losses > 0) {
      standIn.losses -= 1
      return response.destroy()
    }
    const number = [...known.keys()].indexOf(key) + 1
    if (path === '/v1/refunds') return answer(200, { id: `re_${number}`, object: 'refund', status: 'succeeded' })
    return answer(200, { id: `cs_${number}`, object: 'checkout.session', url: `https://checkout.stripe.example/c/pay/${number}` })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const standIn: StandIn = {
    api: { host: '127.0.0.1', port, protocol: 'http' },
    sessions: made['/v1/checkout/sessions'],
    refunds: made['/v1/refunds'],
    requests,
    faults: 0,
    refusals: 0,
    losses: 0,
    forgetKeys: () => keys.clear(),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
  return standIn
}

let events = 0

/** A webhook about a session, as Stripe would send it. */
export function webhook(
  type: string,
  session: { readonly token: string; readonly amount: number; readonly status?: string },
  { secret = WEBHOOK_SECRET, id = `evt_${++events}` } = {},
): Delivery {
  const object = {
    id: 'cs_1',
    object: 'checkout.session',
    client_reference_id: session.token,
    metadata: { drowse: '1' },
    payment_status: session.status ?? 'paid',
    payment_intent: `pi_${session.token.slice(0, 6)}`,
    amount_total: session.amount,
    currency: 'eur',
  }
  return signed({ id, object: 'event', type, data: { object } }, secret)
}

/** A webhook about a refund that failed after all. */
export function refundWebhook({
  metadata,
  why,
}: {
  readonly metadata: Readonly<Record<string, string>>
  readonly why: string
}): Delivery {
  const object = { id: 're_1', object: 'refund', status: 'failed', failure_reason: why, metadata }
  return signed({ id: `evt_${++events}`, object: 'event', type: 'refund.failed', data: { object } }, WEBHOOK_SECRET)
}

export interface Delivery {
  readonly body: string
  readonly headers: Record<string, string>
}

function signed(event: unknown, secret: string): Delivery {
  const body = JSON.stringify(event)
  const signature = new Stripe('sk_test_1').webhooks.generateTestHeaderString({ payload: body, secret })
  return { body, headers: { 'Content-Type': 'application/json', 'Stripe-Signature': signature } }
}
