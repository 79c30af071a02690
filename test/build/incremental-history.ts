import { hash } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { expect } from 'vitest'
import { type Comment, type CommentPage, commentPages, comments, heldComments } from '../../src/features/comments/tables.ts'
import { type Order, orders } from '../../src/features/shop/order-tables.ts'
import type { WriteHandler } from '../../src/features/types.ts'
import { WRITES } from '../../src/features/writes.ts'
import { type Stock, stock } from '../../src/model/stock.ts'
import type { Json, Receipt } from '../../src/protocol/types.ts'
import { type Answer, openGuest, type RunningGuest, type SentWrite, syncOf, writeOf } from '../guest/running-guest.ts'
import { type ThemeName, themeOf } from '../guest/themes.ts'
import {
  afterChanges,
  anyEdit,
  changesOf,
  type Edit,
  entryText,
  FIRST_FOLDER,
  type FileChanges,
  type Folder,
  TIMES,
} from './incremental-edits.ts'

// A history is plain data, so that a failing one shrinks to what matters and can be read.

type Step =
  | { readonly kind: 'sync'; readonly edits: readonly Edit[]; readonly theme: ThemeName | null }
  | { readonly kind: 'save'; readonly path: string; readonly edit: Extract<Edit, { edit: 'entry' }> }
  | { readonly kind: 'comment'; readonly page: string; readonly parent: number | null; readonly role: 'visitor' | 'owner' }
  | { readonly kind: 'order'; readonly sku: string; readonly quantity: number; readonly language: string }
  | { readonly kind: 'move'; readonly number: number; readonly to: 'paid' | 'fulfilled' | 'cancelled' | 'refunded' }
  | { readonly kind: 'count'; readonly sku: string; readonly left: number }
  | { readonly kind: 'moderate'; readonly number: number; readonly state: 'shown' | 'held' | 'deleted' }
  | { readonly kind: 'edit'; readonly number: number; readonly text: string | null }

export interface Batch {
  readonly steps: readonly Step[]
  /**
   * `published`: all went well. `unacknowledged`: the gateway died before it could say so. `lost`: it died before it published, and sends the batch
   * again. `broken`: the link breaks in the middle of the answer, and the batch is sent again.
   */
  readonly fate: 'published' | 'unacknowledged' | 'lost' | 'broken'
  readonly restart: boolean
  /** The gateway's clock, which may also go back. */
  readonly at: string
  readonly engine: 'engine-1' | 'engine-2'
  /** Compare with a build from nothing after this batch. */
  readonly check: boolean
}

const theme: fc.Arbitrary<ThemeName | null> = fc.oneof(
  { weight: 6, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.constantFrom<ThemeName>('plain', 'footer', 'byline', 'style', 'brokenPost', 'brokenModule') },
)

/** What is there from the start more often than the rest. */
const page = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('/posts/a/', '/posts/b/') },
  { weight: 4, arbitrary: fc.constantFrom('/posts/x/', '/notes/n/', '/about/', '/posts/nowhere/') },
)

const sku = fc.constantFrom('ONE', 'TWO', 'p', 'q', 'BIG', 'p-small')

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('sync' as const), edits: fc.array(anyEdit, { minLength: 1, maxLength: 4 }), theme }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('save' as const),
      path: fc.constantFrom('content/posts/a.md', 'content/posts/f.md'),
      edit: anyEdit.filter((edit) => edit.edit === 'entry'),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('comment' as const),
      page,
      parent: fc.constantFrom(null, null, null, 1, 2),
      role: fc.constantFrom('visitor' as const, 'owner' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('order' as const),
      sku,
      quantity: fc.constantFrom(1, 1, 2),
      language: fc.constantFrom('', '', 'ru'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('move' as const),
      number: fc.integer({ min: 1, max: 3 }),
      to: fc.constantFrom('paid' as const, 'fulfilled' as const, 'cancelled' as const, 'refunded' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('count' as const), sku, left: fc.constantFrom(0, 1, 3) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('moderate' as const),
      number: fc.integer({ min: 1, max: 3 }),
      state: fc.constantFrom('shown' as const, 'held' as const, 'deleted' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('edit' as const),
      number: fc.integer({ min: 1, max: 2 }),
      // Null deletes it; what has two links is held.
      text: fc.constantFrom('Another *comment*.', 'https://a.example and https://b.example', null),
    }),
  },
)

const batch: fc.Arbitrary<Batch> = fc.record({
  // None: a machine that was woken by a timer.
  steps: fc.array(step, { minLength: 0, maxLength: 3 }),
  at: fc.constantFrom(TIMES[0], TIMES[0], TIMES[1], TIMES[2]),
  fate: fc.constantFrom('published', 'published', 'published', 'unacknowledged', 'lost', 'broken'),
  restart: fc.nat(7).map((n) => n === 7),
  engine: fc.nat(9).map((n) => (n === 9 ? ('engine-2' as const) : ('engine-1' as const))),
  check: fc.nat(7).map((n) => n === 7),
})

export const histories = fc.array(batch, { minLength: 1, maxLength: 10, size: 'max' })

/** What is published, by key: the SHA-256 of its bytes, or the text of a page. */
export type Output = Map<string, string>

/** A gateway and its guest in one, as far as the guest can tell. */
export interface Playing {
  readonly output: Output
  folder: Folder
  theme: ThemeName
  /** The latest time the guest was told. */
  now: string
  guest: RunningGuest
  /** The ids of the writes that made the comments, by their numbers. */
  readonly written: Map<number, string>
  /** Whether an entry whose time came waits, since another page is at its path. A build from nothing would refuse such a folder. */
  isHeldBack: boolean
}

interface Prepared {
  readonly sent: SentWrite
  readonly changes: FileChanges
  readonly theme: ThemeName | null
}

/** Plays a history to its end and returns the site as it is then, with a theme that works. Checks on the way what is asked for. */
export async function play(history: readonly Batch[]): Promise<Playing> {
  const playing: Playing = {
    output: new Map(),
    folder: FIRST_FOLDER,
    theme: 'plain',
    now: TIMES[0],
    guest: openGuest(),
    written: new Map(),
    isHeldBack: false,
  }
  const first: Prepared = { sent: syncOf(Object.fromEntries(FIRST_FOLDER), await themeOf('plain')), changes: {}, theme: 'plain' }
  take(playing, await playing.guest.apply([first.sent]))
  for (const each of history) await playBatch(playing, each)
  const last: Prepared = { sent: syncOf({}, await themeOf('footer')), changes: {}, theme: 'footer' }
  const answer = await playing.guest.apply([last.sent])
  take(playing, answer)
  note(playing, [last], answer.receipts)
  return playing
}

async function playBatch(playing: Playing, { steps, fate, restart, at, engine, check }: Batch): Promise<void> {
  const { dataDir } = playing.guest
  if (restart || engine !== 'engine-1') playing.guest = openGuest({ dataDir, engine })
  const prepared = await prepare(steps, playing)
  const writes = prepared.map(({ sent }) => ({ ...sent, write: { ...sent.write, acceptedAt: at } }))
  if (at > playing.now) playing.now = at
  await playing.guest.wake(1, at)
  if (fate === 'broken') await playing.guest.apply(writes, { breakAfter: 1 }).catch(() => null)
  const lost = fate === 'lost' ? await playing.guest.apply(writes) : null
  const answer = await playing.guest.apply(writes)
  take(playing, answer)
  note(playing, prepared, answer.receipts)
  if (lost) {
    expect(answer.receipts, 'a batch that comes again is answered alike').toEqual(lost.receipts)
    expect(contentOf(answer), 'a batch that comes again brings the same objects').toEqual(contentOf(lost))
  }
  if (fate === 'published') await playing.guest.acknowledge(answer.outbox)
  if (check && !playing.theme.startsWith('broken')) await checkEqualToFull(playing)
}

async function prepare(steps: readonly Step[], { folder, written }: Playing): Promise<readonly Prepared[]> {
  const prepared: Prepared[] = []
  let now = folder
  for (const step of steps) {
    const ready = await prepareStep(step, now, written)
    now = afterChanges(now, ready.changes)
    prepared.push(ready)
  }
  return prepared
}

async function prepareStep(step: Step, folder: Folder, written: Playing['written']): Promise<Prepared> {
  switch (step.kind) {
    case 'sync': {
      const changes: Record<string, string | null> = {}
      for (const edit of step.edits) Object.assign(changes, changesOf(edit, afterChanges(folder, changes)))
      return { sent: syncOf(changes, step.theme === null ? null : await themeOf(step.theme)), changes, theme: step.theme }
    }
    case 'save': {
      const text = entryText(step.edit.fields, folder.get(step.path))
      return { sent: writeOf('post.save', { path: step.path, text }), changes: { [step.path]: text }, theme: null }
    }
    case 'comment': {
      const { page, parent, role } = step
      const payload = { page, parent, name: role === 'owner' ? 'Bea' : 'Ann', email: '', text: 'A *comment*.' }
      return { sent: writeOf('comment.create', payload, { actor: { role } }), changes: {}, theme: null }
    }
    case 'order': {
      const buyer = { name: 'Ann', email: 'ann@example.org', address: 'Street 1', postcode: '', city: 'Town', country: '' }
      const lines = [{ sku: step.sku, quantity: step.quantity }]
      const payload = { page: '/products/p/', language: step.language, lines, ...buyer, shipping: '', note: '' }
      return { sent: writeOf('order.create', payload, { actor: { role: 'visitor' } }), changes: {}, theme: null }
    }
    case 'move':
      return { sent: writeOf('order.move', { number: step.number, to: step.to }), changes: {}, theme: null }
    case 'count':
      return { sent: writeOf('stock.set', { sku: step.sku, left: step.left }), changes: {}, theme: null }
    case 'moderate':
      return { sent: writeOf('comment.moderate', { number: step.number, state: step.state }), changes: {}, theme: null }
    case 'edit': {
      const { number, text } = step
      const about = { number, write: written.get(number) ?? 'none' }
      const payload = text === null ? { ...about, delete: true } : { ...about, delete: false, text }
      return { sent: writeOf('comment.edit', payload, { actor: { role: 'visitor' } }), changes: {}, theme: null }
    }
  }
}

/** What was applied is part of the site from now on; what was rejected is not. */
function note(playing: Playing, prepared: readonly Prepared[], receipts: readonly Receipt[]): void {
  for (const [index, { sent, changes, theme }] of prepared.entries()) {
    const receipt = receipts[index]
    if (receipt?.status !== 'applied') continue
    const { id, kind } = sent.write
    if (kind === 'comment.create') playing.written.set(Object(receipt.result).number, id)
    playing.folder = afterChanges(playing.folder, changes)
    playing.theme = theme ?? playing.theme
  }
}

function contentOf(answer: Answer): Output {
  const decoder = new TextDecoder()
  const text = ({ contentType }: { contentType: string }, bytes: Uint8Array) =>
    /text|xml|json/.test(contentType) ? decoder.decode(bytes) : hash('sha256', bytes)
  return new Map([...answer.objects].map(([key, { object, bytes }]) => [key, `${object.contentType}\n${text(object, bytes)}`]))
}

function take(playing: Playing, answer: Answer): void {
  playing.isHeldBack = answer.problems.some(({ rule }) => rule === 'schedule/page-conflict')
  for (const key of answer.removed) playing.output.delete(key)
  for (const [key, content] of contentOf(answer)) playing.output.set(key, content)
  for (const key of answer.removed) expect(answer.objects.has(key), `${key} is sent and removed`).toBe(false)
}

/** Compares all that was published with what a guest that is given the folder and the comments as they are now would publish. */
export async function checkEqualToFull(playing: Playing): Promise<void> {
  if (playing.isHeldBack) return
  const full = await fromNothing(playing)
  expect(differences(playing.output, full)).toEqual([])
}

/** Where two outputs differ, as text that can be read. */
export function differences(incremental: Output, full: Output): readonly string[] {
  const keys = [...new Set([...incremental.keys(), ...full.keys()])].sort()
  return keys.flatMap((key) => {
    const [is, should] = [incremental.get(key), full.get(key)]
    if (is === should) return []
    if (is === undefined) return [`${key} is missing`]
    if (should === undefined) return [`${key} should not be there`]
    let at = 0
    while (is[at] === should[at]) at++
    const around = (text: string) => text.slice(Math.max(0, at - 60), at + 100)
    return [`${key} reads …${around(is)}… and should read …${around(should)}…`]
  })
}

export async function fromNothing({ folder, theme, now, guest }: Playing): Promise<Output> {
  const fresh: Playing = {
    output: new Map(),
    folder,
    theme,
    now,
    guest: openGuest({ writes: [...WRITES, rowImport] }),
    written: new Map(),
    isHeldBack: false,
  }
  await fresh.guest.wake(1, now)
  const rows = {
    comments: commentsIn(guest.dataDir),
    pages: rowsIn(guest.dataDir, 'r_comment_pages'),
    held: rowsIn(guest.dataDir, 'r_held_comments'),
    orders: rowsIn(guest.dataDir, 'r_orders'),
    stock: rowsIn(guest.dataDir, 'r_stock'),
  }
  const answer = await fresh.guest.apply([
    syncOf(Object.fromEntries(folder), await themeOf(theme)),
    writeOf('row.import', rows as unknown as Json),
  ])
  expect(answer.receipts.map(({ status }) => status)).toEqual(['applied', 'applied'])
  expect(answer.problems.filter(({ severity }) => severity === 'error')).toEqual([])
  take(fresh, answer)
  return fresh.output
}

interface Rows {
  readonly comments: readonly Comment[]
  readonly pages: readonly CommentPage[]
  readonly held: readonly { readonly token: string; readonly number: number }[]
  readonly orders: readonly Order[]
  readonly stock: readonly Stock[]
}

/** What visitors wrote can't be replayed (what it was about may be gone), so it is handed over as rows, through the model like any write. */
const rowImport: WriteHandler = {
  kind: 'row.import',
  apply({ change, write }) {
    const rows = write.payload as unknown as Rows
    for (const row of rows.comments) change.put(comments, row)
    for (const row of rows.pages) change.put(commentPages, row)
    for (const row of rows.held) change.put(heldComments, row)
    for (const row of rows.orders) change.put(orders, row)
    for (const row of rows.stock) change.put(stock, row)
    return {}
  },
}

export function commentsIn(dataDir: string): readonly Comment[] {
  return rowsIn(dataDir, 'r_comments')
}

function rowsIn<Row>(dataDir: string, table: string): readonly Row[] {
  const database = new DatabaseSync(join(dataDir, 'site.db'), { readOnly: true })
  try {
    return database
      .prepare(`SELECT row FROM ${table} ORDER BY CAST(key AS INTEGER), key`)
      .all()
      .map(({ row }) => JSON.parse(String(row)))
  } finally {
    database.close()
  }
}
