import { hash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Hono } from 'hono'
import type { DrowseError } from '../../src/errors/drowse-error.ts'
import { createGateway } from '../../src/gateway/app.ts'
import { staticSite } from '../../src/gateway/static.ts'
import { ownerTokens } from '../../src/gateway/tokens.ts'
import type { Fields, GatewayOptions, OwnersMachine, WriteForm, Writes } from '../../src/gateway/types.ts'
import { sqliteJournal } from '../../src/journal/sqlite.ts'
import type { Journal } from '../../src/journal/types.ts'
import { newWriteId } from '../../src/journal/write-id.ts'
import type { Json, ObjectInfo, Problem, Receipt } from '../../src/protocol/types.ts'
import { bytes } from '../contract/store.ts'

/** A small form of its own: a note about a page, by a visitor. */
export const noteForm: WriteForm = {
  kind: 'note.create',
  noun: 'note',
  actor: 'visitor',
  maxBytes: 16 * 1024,
  parse(input) {
    const values: Json = input.type === 'fields' ? { ...input.fields } : input.json
    const page = member(values, 'page')
    const text = member(values, 'text')
    const problems: Problem[] =
      text === '' ? [{ where: 'text', rule: 'form/missing', message: 'Write something.', severity: 'error' }] : []
    return problems.length > 0 ? { ok: false, problems } : { ok: true, payload: { page, text } }
  },
  page: (payload) => member(payload, 'page'),
  html: (fields: Fields) => `<form><textarea id="text" name="text">${escapeHtml(fields.text ?? '')}</textarea></form>`,
}

/** A form for the owner, about no page. */
export const saveForm: WriteForm = {
  kind: 'thing.save',
  noun: 'thing',
  actor: 'owner',
  maxBytes: 1024,
  parse: (input) => ({ ok: true, payload: input.type === 'json' ? input.json : { ...input.fields } }),
  page: () => null,
}

export interface Fixture {
  readonly app: Hono
  readonly journal: Journal
  readonly token: string
  /** What was logged. */
  readonly faults: DrowseError[]
  /** Sites that were announced. */
  readonly notified: string[]
  /** On whose behalf. */
  readonly notifiedFor: string[]
  /** How long those who wait would have waited. */
  readonly deadlines: number[]
  /** How long visitors' writes wait for the budget. */
  heldMs: number
  /** What the machine makes of a write; null: nothing before the deadline. */
  outcome: ((id: string) => Receipt | null) | null
  publish(key: string, content: string, contentType?: string): ObjectInfo
  unpublish(key: string): void
  /** Says in the journal that the write is done, as the dispatcher does. */
  finish(receipt: Receipt): void
  close(): void
}

export function fixture(options: Partial<GatewayOptions> & { readonly maxSizeBytes?: number } = {}): Fixture {
  const folder = mkdtempSync(join(tmpdir(), 'drowse-gateway-'))
  const limit = options.maxSizeBytes === undefined ? {} : { maxSizeBytes: options.maxSizeBytes }
  const journal = sqliteJournal({ path: join(folder, 'journal.db'), now: Date.now, newId: newWriteId, ...limit })
  const tokens = ownerTokens(join(folder, 'tokens.json'))
  const token = tokens.create('2030-01-01T00:00:00Z')
  const objects = new Map<string, { readonly info: ObjectInfo; readonly content: Uint8Array }>()
  const published = {
    published: (key: string) => objects.get(key)?.info ?? null,
    read: (key: string) => Promise.resolve(objects.get(key)?.content ?? null),
  }
  const writes: Writes = {
    notify(site, whose = 'owner') {
      self.notified.push(site)
      self.notifiedFor.push(whose)
    },
    heldMs: () => self.heldMs,
    settled(_site, id, deadlineMs) {
      self.deadlines.push(deadlineMs)
      return Promise.resolve((self.outcome ?? applied)(id))
    },
  }
  const gateway = createGateway({
    site: 'blog',
    forms: [noteForm, saveForm],
    journal,
    writes,
    published,
    tokens,
    machine: idleMachine(),
    frame: () => Promise.resolve(null),
    origin: 'https://example.org',
    acceptsOwnHost: false,
    deadlineMs: 1000,
    onFault: (error) => void self.faults.push(error),
    ...options,
  })
  const app = new Hono().route('/', gateway).route('/', staticSite(published))
  const self: Fixture = {
    app,
    journal,
    token,
    faults: [],
    notified: [],
    notifiedFor: [],
    deadlines: [],
    heldMs: 0,
    outcome: null,
    publish(key, text, contentType = 'text/html; charset=utf-8') {
      const content = bytes(text)
      const info: ObjectInfo = { key, hash: hash('sha256', content), sizeBytes: content.byteLength, contentType, cache: 'page' }
      objects.set(key, { info, content })
      return info
    },
    unpublish: (key) => void objects.delete(key),
    finish(receipt) {
      const batch = journal.claim('blog', 100)
      if (batch === null) throw new Error('Expected work to claim.')
      journal.applied(batch, [receipt])
      journal.published(batch)
    },
    close() {
      journal.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  self.publish('posts/hello/index.html', '<h1>Hello</h1>')
  return self
}

export function applied(id: string): Receipt {
  return { write: id, status: 'applied', page: '/posts/hello/', anchor: 'note-1' }
}

/** A form as a browser without JavaScript sends it. */
export function form(fields: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}): RequestInit {
  return {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers: { Origin: 'https://example.org', Accept: 'text/html', ...headers },
  }
}

export function json(body: unknown, headers: Readonly<Record<string, string>> = {}): RequestInit {
  return { method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json', ...headers } }
}

function member(value: Json, name: string): string {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return ''
  const found = Object.entries(value).find(([key]) => key === name)?.[1]
  return typeof found === 'string' ? found : ''
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}

/** A machine that is always where it was put last. */
export function idleMachine(): OwnersMachine {
  let state = 'off'
  return {
    driver: 'toy',
    state: () => Promise.resolve(state),
    async wake() {
      state = 'paused'
    },
    async sink(to) {
      state = to
    },
  }
}
