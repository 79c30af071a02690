import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { CLAIM_TIMES } from '../../src/publish/claim.ts'
import { openPublisher } from '../../src/publish/publisher.ts'
import { s3Store } from '../../src/publish/stores/s3.ts'
import type { Publisher, Store } from '../../src/publish/types.ts'
import { bytes } from '../contract/store.ts'
import { startFaultyStore } from '../fixtures/faulty-store/store.ts'
import { contents, object } from './objects.ts'

const DAY_MS = 24 * 3_600_000
const cleanups: (() => void | Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** A store that several publishers share, and a clock that they do not. */
async function place() {
  const faulty = await startFaultyStore()
  const dir = mkdtempSync(join(tmpdir(), 'drowse-prune-'))
  cleanups.push(faulty.close, () => rmSync(dir, { recursive: true, force: true }))
  const store = await s3Store({
    endpoint: faulty.endpoint,
    bucket: faulty.bucket,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  })
  const clock = { now: Date.parse('2026-01-01T00:00:00.000Z') }
  const open = async (name: string, over: Store = store) => {
    const publisher = await openPublisher(over, join(dir, `${name}.db`), {
      now: () => clock.now,
      claimTimes: { ...CLAIM_TIMES, pollMs: 20 },
    })
    cleanups.push(publisher.close)
    return publisher
  }
  const count = async (prefix: string) => (await Array.fromAsync(store.list(prefix))).length
  return { faulty, store, clock, open, count }
}

/** `from` … `to`, one page each. */
async function publishMany(publisher: Publisher, from: number, to: number): Promise<void> {
  for (let n = from; n <= to; n++)
    await publisher.publish({ outbox: n, objects: [object(`p${n % 5}.html`, `${n}`)], removed: [] })
}

describe('claims and records', () => {
  it('leave the store when nobody can go back to them any more, and the rest tells all that is published', async () => {
    const { clock, open, count } = await place()
    const publisher = await open('one')
    await publishMany(publisher, 1, 70)
    expect([await count('claims/'), await count('releases/')]).toEqual([70, 70])
    clock.now += 32 * DAY_MS
    await publishMany(publisher, 71, 72)
    // Of the first 64 a snapshot tells. What is newer is needed as it is.
    expect([await count('claims/'), await count('releases/')]).toEqual([2, 8])
    const fresh = await open('fresh')
    for (const key of ['p0.html', 'p1.html', 'p2.html', 'p3.html', 'p4.html'])
      expect(fresh.published(key)).toEqual(publisher.published(key))
    expect(fresh.current).toEqual(publisher.current)
    expect((await fresh.verify()).faults).toEqual([])
    await expect(fresh.rollback(60)).rejects.toMatchObject({ code: 'release-unknown' })
  })

  it('that left the store are no way for a publisher that slept to fork it', async () => {
    const { clock, store, open } = await place()
    const sleeper = await open('sleeper')
    await publishMany(sleeper, 1, 3)
    const other = await open('other')
    await publishMany(other, 4, 70)
    clock.now += 32 * DAY_MS
    await publishMany(other, 71, 71)
    const release = await sleeper.publish({ outbox: 72, objects: [object('new.html', 'new')], removed: [] })
    expect(release?.number).toBe(72)
    const site = await contents(store, 'site/')
    expect(site).toEqual({
      'site/new.html': 'new',
      ...Object.fromEntries([70, 71, 67, 68, 69].map((n) => [`site/p${n % 5}.html`, `${n}`])),
    })
  })

  it('that left the store but for one are no way for a process to fork it that was off for a month', async () => {
    const { clock, store, open } = await place()
    const before = await open('off')
    await publishMany(before, 1, 3)
    before.close()
    cleanups.pop()
    const third = (await store.get('releases/000003.json')) ?? bytes('')
    const other = await open('other')
    await publishMany(other, 4, 70)
    clock.now += 32 * DAY_MS
    await publishMany(other, 71, 71)
    expect(await store.get('releases/000003.json')).toBeNull()
    await store.put('releases/000003.json', third, { contentType: 'application/json', cache: 'page' })
    expect((await open('off')).current.number).toBe(71)
  })

  it('of a rebuilt index leave as well, a month later', async () => {
    const { clock, open, count } = await place()
    await publishMany(await open('one'), 1, 40)
    const fresh = await open('fresh')
    clock.now += 32 * DAY_MS
    await fresh.publish({ outbox: 41, objects: [object('a.html', 'a')], removed: [] })
    expect([await count('claims/'), await count('releases/')]).toEqual([1, 9])
  })
})

describe('what is removed', () => {
  it('is not removed from under somebody who publishes it again meanwhile', async () => {
    const { store, open } = await place()
    const slow: Store = {
      ...store,
      async remove(keys) {
        if (keys.includes('site/a.html')) await sleep(1000)
        await store.remove(keys)
      },
    }
    const [one, other] = [await open('one', slow), await open('other')]
    await one.publish({ outbox: 1, objects: [object('a.html', 'first')], removed: [] })
    const removing = one.publish({ outbox: 2, objects: [], removed: ['a.html'] })
    await expect.poll(async () => await store.get('releases/000002.json')).not.toBeNull()
    await publishAtLast(other, 'again')
    await removing
    expect(await contents(store, 'site/')).toEqual({ 'site/a.html': 'again' })
    expect(await Array.fromAsync(store.list('claims/'))).toHaveLength(3)
  })

  it('leaves later where somebody else is publishing just now', async () => {
    const { store, open } = await place()
    const one = await open('one')
    await one.publish({ outbox: 1, objects: [object('gone.html', 'gone')], removed: [] })
    const other = '{"publisher":"other","beat":"1","keys":[],"kept":{}}'
    await store.put('claims/000003-1.json', bytes(other), { contentType: 'application/json', cache: 'page' })
    await one.publish({ outbox: 2, objects: [object('a.html', 'a')], removed: ['gone.html'] })
    expect(await store.get('site/gone.html')).not.toBeNull()
    await store.remove(['claims/000003-1.json'])
    await one.publish({ outbox: 3, objects: [object('a.html', 'b')], removed: [] })
    expect(await contents(store, 'site/')).toEqual({ 'site/a.html': 'b' })
  })
})

async function publishAtLast(publisher: Publisher, content: string): Promise<void> {
  for (;;) {
    try {
      await publisher.publish({ outbox: 3, objects: [object('a.html', content)], removed: [] })
      return
    } catch (error) {
      expect(error).toMatchObject({ code: 'store-failed' })
      await sleep(50)
    }
  }
}
