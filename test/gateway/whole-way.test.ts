import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Hono } from 'hono'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createDispatcher } from '../../src/dispatch/dispatcher.ts'
import { systemClock } from '../../src/dispatch/system-clock.ts'
import { DrowseError } from '../../src/errors/drowse-error.ts'
import { createGateway } from '../../src/gateway/app.ts'
import { startServer } from '../../src/gateway/server.ts'
import { staticSite } from '../../src/gateway/static.ts'
import { sqliteJournal } from '../../src/journal/sqlite.ts'
import { newWriteId } from '../../src/journal/write-id.ts'
import { openPublisher } from '../../src/publish/publisher.ts'
import { directoryStore } from '../../src/publish/stores/directory.ts'
import { toyMachine } from '../dispatch/toy-machine.ts'
import { form, noteForm } from './fixture.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** Gateway, journal, dispatcher, publisher and store as they really are, with a toy for a machine. */
async function whole({ deadlineMs = 5000 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'drowse-whole-'))
  const toy = toyMachine()
  const store = directoryStore(join(folder, 'public'))
  const disk = { isFull: false }
  const fallible = {
    ...store,
    put: (...args: Parameters<typeof store.put>) =>
      disk.isFull ? Promise.reject(new DrowseError('store-failed', 'ENOSPC')) : store.put(...args),
  }
  const journal = sqliteJournal({ path: join(folder, 'journal.db'), now: Date.now, newId: newWriteId })
  const publisher = await openPublisher(fallible, join(folder, 'index.db'))
  const dispatcher = createDispatcher({
    journal,
    driver: toy.driver,
    publisher: () => publisher,
    meter: { record: () => undefined },
    effects: journal.effects,
    clock: systemClock(),
    random: Math.random,
    bootId: 'boot',
    onBatch: () => undefined,
    limits: { retryBaseMs: 5, retryCapMs: 20 },
  })
  const gateway = createGateway({
    site: 'blog',
    forms: [{ ...noteForm, page: () => null }],
    journal,
    writes: dispatcher,
    published: publisher,
    tokens: { check: () => false },
    machine: dispatcher.machine('blog'),
    frame: () => Promise.resolve(null),
    origin: 'https://example.org',
    acceptsOwnHost: false,
    deadlineMs,
  })
  const app = new Hono().route('/', gateway).route('/', staticSite(publisher))
  cleanups.push(async () => {
    await dispatcher.stop()
    journal.close()
    publisher.close()
    rmSync(folder, { recursive: true, force: true })
  })
  return { app, toy, disk, journal }
}

describe('the whole way of a write', () => {
  it('shows people their own words on the page they land on', async () => {
    const { app } = await whole()
    const response = await app.request('/-/note.create', form({ text: 'I was here' }))
    const location = response.headers.get('Location') ?? ''
    expect(location).toMatch(/^\/posts\/hello\/\?v=[0-9a-f]{10}#comment-1$/)
    expect(await (await app.request(location)).text()).toContain('<li>I was here</li>')
  })

  it('wakes a sleeping site once for a thousand forms sent at once, each of which is there once', async () => {
    const { app, toy, journal } = await whole({ deadlineMs: 30_000 })
    // The machine takes its time, so that all of them come while it wakes.
    const allAreAccepted = () => expect(journal.claim('blog', 1000)?.writes).toHaveLength(1000)
    toy.onStep = (step) => (step === 'wake' ? vi.waitFor(allAreAccepted, { timeout: 30_000, interval: 100 }) : undefined)
    const server = await startServer({ fetch: app.fetch, port: 0 })
    cleanups.push(() => server.close(100))
    const texts = Array.from({ length: 1000 }, (_, n) => `note ${n}`)
    const send = (text: string) =>
      fetch(`http://127.0.0.1:${server.port}/-/note.create`, { ...form({ text }), redirect: 'manual' })
    const statuses = await Promise.all(texts.map(async (text) => (await send(text)).status))
    expect(new Set(statuses)).toEqual(new Set([303]))
    expect(toy.log.filter((line) => line.startsWith('wake'))).toHaveLength(1)
    expect([...toy.comments].sort()).toEqual([...texts].sort())
  })

  it('answers 202 while the store is full, and leads to the page once it is not', async () => {
    const { app, disk, toy } = await whole({ deadlineMs: 50 })
    disk.isFull = true
    const response = await app.request('/-/note.create', form({ text: 'patience' }))
    const status = response.headers.get('Location') ?? ''
    expect(response.status).toBe(202)
    expect((await app.request(status)).status).toBe(200)
    disk.isFull = false
    await vi.waitFor(async () => expect((await app.request(status)).status).toBe(303), 5000)
    expect(toy.comments).toEqual(['patience'])
  })

  it('wakes nothing for anybody who only reads', async () => {
    const { app, toy } = await whole()
    for (const path of ['/', '/posts/hello/', '/-/note.create', '/-/writes/x', '/-/', '/private/']) await app.request(path)
    expect(toy.log).toEqual([])
  })
})
