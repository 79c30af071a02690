import { hash } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { filesOfTheme } from '../../src/build/build.ts'
import { FEATURES } from '../../src/features/registry.ts'
import type { SyncPayload } from '../../src/features/site/site-sync.ts'
import type { Feature, WriteHandler } from '../../src/features/types.ts'
import { WRITES } from '../../src/features/writes.ts'
import { createGuest } from '../../src/guest/guest.ts'
import { Database } from '../../src/model/database.ts'
import type { Actor, FromGuest, Json, ObjectInfo, Receipt, Write } from '../../src/protocol/types.ts'
import type { CompiledTheme } from '../../src/render/theme/types.ts'

type Applied = Extract<FromGuest, { type: 'applied' }>

/** A write with the bytes that travel beside it. */
export interface SentWrite {
  readonly write: Write
  readonly blobs: ReadonlyMap<string, Uint8Array>
}

/** What one batch came to. */
export interface Answer extends Applied {
  readonly objects: ReadonlyMap<string, { readonly object: ObjectInfo; readonly bytes: Uint8Array }>
}

/** The real guest, in this process, on a real data folder. */
export interface RunningGuest {
  readonly dataDir: string
  readonly database: Database
  apply(writes: readonly SentWrite[], options?: { readonly breakAfter?: number }): Promise<Answer>
  acknowledge(outbox: number): Promise<void>
  wake(epoch: number, now?: string): Promise<void>
}

export function newFolder(name: string): string {
  return mkdtempSync(join(tmpdir(), `drowse-${name}-`))
}

export function openGuest(
  options: {
    readonly dataDir?: string
    readonly engine?: string
    readonly features?: readonly Feature[]
    readonly writes?: readonly WriteHandler[]
  } = {},
): RunningGuest {
  const { dataDir = newFolder('guest'), engine = 'engine-1', features = FEATURES, writes = WRITES } = options
  const database = new Database(join(dataDir, 'site.db'), { durable: true })
  const handler = createGuest({ dataDir, features, writes, engine, database })

  async function ask(request: Parameters<typeof handler>[0]): Promise<FromGuest> {
    const answers: FromGuest[] = []
    await handler(request, new Map(), async (message) => {
      answers.push(message)
    })
    const [answer] = answers
    if (answer === undefined) throw new Error('The guest did not answer.')
    return answer
  }

  return {
    dataDir,
    database,
    async apply(writes, { breakAfter = Number.POSITIVE_INFINITY } = {}) {
      const objects = new Map<string, { object: ObjectInfo; bytes: Uint8Array }>()
      const answers: Applied[] = []
      const sent = new Map(writes.flatMap(({ blobs }) => [...blobs]))
      await handler({ type: 'apply', batch: 'batch', writes: writes.map(({ write }) => write) }, sent, async (message, bytes) => {
        if (message.type === 'applied') answers.push(message)
        if (message.type !== 'object' || bytes === undefined) return
        if (objects.size >= breakAfter) throw new Error('The link is gone.')
        objects.set(message.object.key, { object: message.object, bytes })
      })
      const [applied] = answers
      if (applied === undefined) throw new Error('The guest did not answer.')
      return { ...applied, objects }
    },
    async acknowledge(outbox) {
      await ask({ type: 'acknowledge', outbox })
    },
    async wake(epoch, now = '1970-01-01') {
      await ask({ type: 'wake', version: 1, nonce: 'nonce', now: Date.parse(now), epoch })
    },
  }
}

let written = 0

/** A write of this kind, with an id of its own. */
export function writeOf(kind: string, payload: Json, options: { actor?: Actor; id?: string; at?: string } = {}): SentWrite {
  const { actor = { role: 'owner' }, id = `write-${++written}`, at = '2024-06-01T12:00:00.000Z' } = options
  return { write: { id, kind, actor, payload, acceptedAt: at, blobs: [] }, blobs: new Map() }
}

/** A `site.sync` of these files (null: removed) and, if given, this theme. */
export function syncOf(
  files: Readonly<Record<string, string | Uint8Array | null>>,
  theme: CompiledTheme | null = null,
): SentWrite {
  const blobs = new Map<string, Uint8Array>()
  const encoder = new TextEncoder()
  const changed = Object.entries(files).flatMap(([path, content]) => {
    if (content === null) return []
    const bytes = typeof content === 'string' ? encoder.encode(content) : content
    const hashOf = hash('sha256', bytes)
    blobs.set(hashOf, bytes)
    return [{ path, hash: hashOf }]
  })
  const removed = Object.keys(files).filter((path) => files[path] === null)
  const payload: SyncPayload = { changed, removed, theme: theme === null ? null : themePayload(theme, blobs) }
  const { write } = writeOf('site.sync', payload as unknown as Json)
  return { write: { ...write, blobs: [...blobs.keys()] }, blobs }
}

function themePayload(theme: CompiledTheme, blobs: Map<string, Uint8Array>): NonNullable<SyncPayload['theme']> {
  const bytes = new Map<string, () => Uint8Array>()
  const { bundle, templates, assets } = filesOfTheme(theme, bytes)
  for (const [hashOf, read] of bytes) blobs.set(hashOf, read())
  return { bundle, templates: { ...templates }, assets: assets.map((asset) => ({ ...asset })) }
}

/** The keys whose bytes an answer brought, sorted. */
export function keysOf(answer: Answer): string[] {
  return [...answer.objects.keys()].sort()
}

export function textOf(answer: Answer, key: string): string {
  return new TextDecoder().decode(answer.objects.get(key)?.bytes)
}

export function statuses(receipts: readonly Receipt[]): string[] {
  return receipts.map((receipt) => (receipt.status === 'applied' ? 'applied' : receipt.code))
}
