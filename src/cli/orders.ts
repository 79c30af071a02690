import * as v from 'valibot'
import { DrowseError } from '../errors/drowse-error.ts'
import { csv } from './csv.ts'
import { parseUrl, readPrivate, sendWrite, tokenOf } from './gateway-client.ts'
import type { Terminal } from './terminal.ts'

const orderSchema = v.looseObject({
  number: v.number(),
  state: v.string(),
  placedAt: v.string(),
  heldUntil: v.nullable(v.string()),
  page: v.nullable(v.string()),
  currency: v.string(),
  total: v.string(),
  paid: v.string(),
  refunded: v.string(),
  shipping: v.string(),
  lines: v.array(v.looseObject({ sku: v.string(), title: v.string(), quantity: v.number(), total: v.string() })),
  buyer: v.looseObject({
    name: v.string(),
    email: v.string(),
    address: v.string(),
    postcode: v.string(),
    city: v.string(),
    country: v.string(),
    note: v.string(),
  }),
})

type Order = v.InferOutput<typeof orderSchema>

interface Options {
  readonly to: string
  readonly token?: string
}

/** `drowse orders`: lists the orders of a running site, or prints them as CSV, a row for each line of each. Wakes nothing. */
export async function runOrders(terminal: Terminal, { to, token, csv: asCsv }: Options & { csv?: true }): Promise<number> {
  const orders = await readOrders(terminal, parseUrl(to), tokenOf(token, 'Reading orders'))
  if (asCsv) {
    if (!terminal.json) process.stdout.write(csv(rowsOf(orders)))
  } else {
    if (orders.length === 0) terminal.line('No orders yet.')
    for (const order of orders) terminal.line(lineOf(order, terminal))
  }
  terminal.result({ orders })
  return 0
}

async function readOrders(terminal: Terminal, to: URL, token: string): Promise<readonly Order[]> {
  const all: Order[] = []
  for (let number = 1; ; number++) {
    const page = await readPrivate(terminal, to, `orders/${number}.json`, token)
    if (page === null) return all
    all.push(...v.parse(v.array(orderSchema), page))
  }
}

function lineOf({ number, state, placedAt, total, currency, lines, buyer }: Order, { style }: Terminal): string {
  const what = lines.map(({ quantity, title }) => `${quantity} × ${title}`).join('; ')
  const day = placedAt.slice(0, 16).replace('T', ' ')
  return `${style('bold', String(number))}  ${day}  ${state.replaceAll('_', ' ')}  ${total} ${currency}  ${what}  ${style('dim', `${buyer.name} <${buyer.email}>`)}`
}

const COLUMNS = [
  'order',
  'state',
  'placed',
  'sku',
  'title',
  'quantity',
  'line total',
  'order total',
  'currency',
  'paid',
  'refunded',
  'shipping',
  'name',
  'email',
  'address',
  'postcode',
  'city',
  'country',
  'note',
] as const

function rowsOf(orders: readonly Order[]): readonly (readonly string[])[] {
  const rows = orders.flatMap((order) =>
    order.lines.map((line) => {
      const { number, state, placedAt, total, currency, paid, refunded, shipping, buyer } = order
      const { name, email, address, postcode, city, country, note } = buyer
      const ordered = [line.sku, line.title, String(line.quantity), line.total]
      const sums = [total, currency, paid, refunded, shipping]
      return [String(number), state, placedAt, ...ordered, ...sums, name, email, address, postcode, city, country, note]
    }),
  )
  return [COLUMNS, ...rows]
}

const STATES: Readonly<Record<string, string>> = { paid: 'paid', sent: 'fulfilled', cancelled: 'cancelled', refunded: 'refunded' }

/** `drowse order`: says what was done with one order. */
export async function runOrder(
  terminal: Terminal,
  number: number,
  done: string,
  { to, token, amount, restock }: Options & { amount?: string; restock?: boolean },
): Promise<number> {
  const body = {
    number,
    to: STATES[done],
    ...(amount === undefined ? {} : { amount }),
    ...(restock === undefined ? {} : { restock }),
  }
  return await tell(terminal, 'order.move', body, { to, token: tokenOf(token, 'Changing an order') })
}

/** `drowse stock`: says how many of an SKU are left. */
export async function runStock(terminal: Terminal, sku: string, left: number, { to, token }: Options): Promise<number> {
  return await tell(terminal, 'stock.set', { sku, left }, { to, token: tokenOf(token, 'Counting the stock') })
}

const results = v.union([
  v.object({ number: v.number(), state: v.string() }),
  v.object({ sku: v.string(), left: v.number(), before: v.number() }),
])

async function tell(terminal: Terminal, kind: string, body: object, { to, token }: Required<Options>): Promise<number> {
  const { answer, isWaiting } = await sendWrite(terminal, new URL(`/-/${kind}`, parseUrl(to)), body, token)
  if (isWaiting) terminal.line('Accepted; it will be done soon.')
  else {
    const parsed = v.safeParse(results, answer.receipt?.result)
    if (!parsed.success) throw new DrowseError('usage', `${to} answered in a way that this version does not know.`)
    const { output } = parsed
    terminal.line(
      'number' in output
        ? `Order ${output.number} is ${output.state.replaceAll('_', ' ')}.`
        : `Of ${output.sku} there are ${output.left} left; it was ${output.before}.`,
    )
  }
  terminal.result(answer)
  return 0
}
