import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { CLAIM_TIMES, type ClaimTimes } from '../../src/publish/claim.ts'
import { openPublisher } from '../../src/publish/publisher.ts'
import { s3Store } from '../../src/publish/stores/s3.ts'
import type { Publisher, Store } from '../../src/publish/types.ts'
import { bytes, text } from '../contract/store.ts'
import { type FaultyRequest, type FaultyStore, startFaultyStore } from '../fixtures/faulty-store/store.ts'
import { contents, object } from './objects.ts'

const QUICK: ClaimTimes = { beatMs: 100, staleMs: 1500, pollMs: 20 }
const cleanups: (() => void | Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

interface Place {
  readonly faulty: FaultyStore
  readonly store: Store
  /** A publisher on a machine of its own. */
  open(name: string, over?: { store?: Store; claimTimes?: ClaimTimes }): Promise<Publisher>
}

async function place(): Promise<Place> {
  const faulty = await startFaultyStore()
  const dir = mkdtempSync(join(tmpdir(), 'drowse-claim-'))
  cleanups.push(faulty.close, () => rmSync(dir, { recursive: true, force: true }))
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' }
  const store = await s3Store({ endpoint: faulty.endpoint, bucket: faulty.bucket, credentials })
  faulty.requests.length = 0
  return {
    faulty,
    store,
    open: (name, over = {}) =>
      openPublisher(over.store ?? store, join(dir, `${name}.db`), { claimTimes: over.claimTimes ?? CLAIM_TIMES }),
  }
}

/** Takes `ms` longer for one key. */
function slowAt(store: Store, slow: string, ms: number): Store {
  return {
    ...store,
    async put(key, content, info, condition) {
      if (key === slow) await sleep(ms)
      return await store.put(key, content, info, condition)
    },
  }
}

const version = (name: string) => ['a.html', 'b.html', 'feed.xml'].map((key) => object(key, `${key} of ${name}`))
const expected = (name: string) => Object.fromEntries(version(name).map(({ info, bytes }) => [`site/${info.key}`, text(bytes)]))

describe('publishers of one store', () => {
  it('publish one page with three requests', async () => {
    const { faulty, open } = await place()
    const publisher = await open('one')
    faulty.requests.length = 0
    await publisher.publish({ outbox: 1, objects: [object('a.html', 'a')], removed: [] })
    expect(faulty.requests).toEqual(['PUT claims/000001-1.json', 'PUT site/a.html', 'PUT releases/000001.json'])
  })

  it('publish a changed page with three requests as well, and can still go back', async () => {
    const { faulty, store, open } = await place()
    const publisher = await open('one')
    await publisher.publish({ outbox: 1, objects: [object('a.html', 'old')], removed: [] })
    faulty.requests.length = 0
    await publisher.publish({ outbox: 1, objects: [object('a.html', 'new')], removed: [] })
    expect(faulty.requests).toEqual(['PUT claims/000002-1.json', 'PUT site/a.html', 'PUT releases/000002.json'])
    await publisher.rollback(1)
    expect(text(await store.get('site/a.html'))).toBe('old')
  })

  it('keep what was replaced by a copy where it is much, or no text', async () => {
    const { faulty, store, open } = await place()
    const publisher = await open('one')
    const much = (n: number) =>
      Array.from({ length: 5 }, (_, page) => object(`p${page}.html`, `${n} ${page} ${'x'.repeat(60_000)}`))
    const picture = (n: number) => ({
      ...object('a.png', `${n}`),
      info: { ...object('a.png', `${n}`).info, contentType: 'image/png' },
    })
    await publisher.publish({ outbox: 1, objects: [...much(1), picture(1)], removed: [] })
    await publisher.publish({ outbox: 1, objects: [picture(2)], removed: [] })
    expect(await Array.fromAsync(store.list('objects/'))).toEqual([`objects/${picture(1).info.hash}`])
    await publisher.publish({ outbox: 1, objects: much(2), removed: [] })
    expect(await Array.fromAsync(store.list('objects/'))).toHaveLength(6)
    expect(faulty.objects.get('claims/000003-1.json')?.bytes.toString()).toContain('"kept":{}')
    await publisher.rollback(1)
    expect(text(await store.get('site/p4.html'))).toBe(text(much(1)[4]?.bytes ?? null))
    expect(text(await store.get('site/a.png'))).toBe('1')
  })

  it('keep what they no longer have at hand all the same', async () => {
    const { store, open } = await place()
    await (await open('one')).publish({ outbox: 1, objects: [object('a.html', 'old')], removed: [] })
    const other = await open('other')
    await other.publish({ outbox: 2, objects: [object('a.html', 'new')], removed: [] })
    await other.rollback(1)
    expect(text(await store.get('site/a.html'))).toBe('old')
  })

  it('need no request when nothing has changed', async () => {
    const { faulty, open } = await place()
    const publisher = await open('one')
    await publisher.publish({ outbox: 1, objects: version('one'), removed: [] })
    faulty.requests.length = 0
    await publisher.publish({ outbox: 1, objects: version('one'), removed: [] })
    expect(faulty.requests).toEqual([])
  })

  it('never mix their releases: of 24 at once one wins, and the others put nothing', async () => {
    const { faulty, store, open } = await place()
    const names = Array.from({ length: 24 }, (_, n) => `p${n}`)
    const publishers = await Promise.all(names.map((name) => open(name)))
    const results = await Promise.allSettled(
      publishers.map((publisher, n) => publisher.publish({ outbox: 1, objects: version(`p${n}`), removed: [] })),
    )
    const winners = names.filter((_, n) => results[n]?.status === 'fulfilled')
    expect(winners).toHaveLength(1)
    expect(await contents(store, 'site/')).toEqual(expected(winners[0] ?? ''))
    expect(faulty.requests.filter((request) => request.startsWith('PUT site/'))).toHaveLength(3)
    expect(await Array.fromAsync(store.list('releases/'))).toEqual(['releases/000001.json'])
  })

  it('who were too late publish on top when they try again', async () => {
    const { store, open } = await place()
    const [first, second] = [await open('first'), await open('second')]
    await first.publish({ outbox: 1, objects: version('first'), removed: [] })
    const change = { outbox: 1, objects: version('second'), removed: [] }
    await expect(second.publish(change)).rejects.toMatchObject({ code: 'store-failed', retry: true })
    expect(await contents(store, 'site/')).toEqual(expected('first'))
    expect(await second.publish(change)).toMatchObject({ number: 2 })
    expect(await contents(store, 'site/')).toEqual(expected('second'))
  })

  it('take over at once from their own dead process', async () => {
    const { faulty, store, open } = await place()
    const dead = await open('one')
    // Twice: what one request fails at is tried again.
    faulty.fail(({ key }) => key === 'site/b.html', { kind: 'status', status: 403, code: 'AccessDenied' }, 2)
    await expect(dead.publish({ outbox: 1, objects: version('one'), removed: [] })).rejects.toMatchObject({
      code: 'store-failed',
    })
    dead.close()
    const revived = await open('one')
    const start = performance.now()
    await revived.publish({ outbox: 1, objects: version('one'), removed: [] })
    expect(performance.now() - start).toBeLessThan(CLAIM_TIMES.staleMs)
    expect(await contents(store, 'site/')).toEqual(expected('one'))
    expect(Object.keys(await contents(store, 'claims/'))).toEqual(['claims/000001-1.json', 'claims/000001-2.json'])
  })

  it('take over from somebody else who died, after a while, and mend what he had changed', async () => {
    const { faulty, store, open } = await place()
    const [dead, heir] = [await open('dead'), await open('heir', { claimTimes: QUICK })]
    await heir.publish({ outbox: 1, objects: version('heir'), removed: [] })
    await expect(dead.publish({ outbox: 2, objects: version('dead'), removed: [] })).rejects.toThrow()
    const isPut = ({ method, key }: FaultyRequest) => method === 'PUT' && key === 'site/b.html'
    faulty.fail(isPut, { kind: 'status', status: 403, code: 'AccessDenied' }, 2)
    await expect(dead.publish({ outbox: 2, objects: version('dead'), removed: [] })).rejects.toThrow()
    expect(text(await store.get('site/a.html'))).toBe('a.html of dead')

    const change = { outbox: 2, objects: [...version('heir'), object('new.html', 'new')], removed: [] }
    const start = performance.now()
    await heir.publish(change)
    expect(performance.now() - start).toBeGreaterThan(QUICK.staleMs)
    await heir.publish(change)
    expect(await contents(store, 'site/')).toEqual({ ...expected('heir'), 'site/new.html': 'new' })
  })

  it('wait for nobody who is alive', async () => {
    const { store, open } = await place()
    const claimTimes = { ...CLAIM_TIMES, beatMs: 200 }
    const slow = await open('slow', { store: slowAt(store, 'site/a.html', 2000), claimTimes })
    const other = await open('other', { claimTimes })
    const publishing = slow.publish({ outbox: 1, objects: version('slow'), removed: [] })
    await expect.poll(async () => await store.get('claims/000001-1.json')).not.toBeNull()
    const late = other.publish({ outbox: 1, objects: version('other'), removed: [] })
    await expect(late).rejects.toMatchObject({ code: 'store-failed', message: expect.stringContaining('Another publisher') })
    expect(await publishing).toMatchObject({ number: 1 })
    expect(await contents(store, 'site/')).toEqual(expected('slow'))
  })

  it('stop before others may take over, when they can’t get through', async () => {
    const { faulty, store, open } = await place()
    const stuck = await open('stuck', { store: slowAt(store, 'site/a.html', QUICK.staleMs), claimTimes: QUICK })
    const isRenewal = ({ key }: FaultyRequest) => key.startsWith('claims/') && faulty.objects.has(key)
    faulty.fail(isRenewal, { kind: 'status', status: 403, code: 'AccessDenied' }, 1000)
    const publishing = stuck.publish({ outbox: 1, objects: version('stuck'), removed: [] })
    await expect(publishing).rejects.toMatchObject({ message: expect.stringContaining('took so long') })
    expect(await Array.fromAsync(store.list('releases/'))).toEqual([])
  })

  it('do not try a put again when others may have taken over meanwhile', async () => {
    const { faulty, store, open } = await place()
    const stuck = await open('stuck', { claimTimes: QUICK })
    faulty.fail(({ method, key }) => method === 'PUT' && key === 'site/a.html', { kind: 'hang' }, 1)
    faulty.fail(({ key }) => key.startsWith('claims/') && faulty.objects.has(key), { kind: 'reset' }, 1000)
    const start = performance.now()
    await expect(stuck.publish({ outbox: 1, objects: version('stuck'), removed: [] })).rejects.toMatchObject({
      message: expect.stringContaining('others may publish instead'),
    })
    expect(performance.now() - start).toBeLessThan(QUICK.staleMs)
    expect(faulty.requests.filter((request) => request === 'PUT site/a.html')).toHaveLength(1)
    expect(await Array.fromAsync(store.list('releases/'))).toEqual([])
  })

  it('put again only what is not as it should be when the index is lost', async () => {
    const { faulty, store, open } = await place()
    await (await open('one')).publish({ outbox: 1, objects: version('one'), removed: [] })
    await store.put('site/b.html', bytes('tampered'), { contentType: 'text/html', cache: 'page' })
    const fresh = await open('fresh')
    faulty.requests.length = 0
    expect(await fresh.publish({ outbox: 1, objects: version('one'), removed: [] })).toBeNull()
    expect(faulty.requests.filter((request) => request.startsWith('PUT site/'))).toEqual(['PUT site/b.html'])
    expect(await contents(store, 'site/')).toEqual(expected('one'))
  })
})
