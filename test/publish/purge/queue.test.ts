import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { DrowseError } from '../../../src/errors/drowse-error.ts'
import { openPublisher } from '../../../src/publish/publisher.ts'
import { purgeQueue } from '../../../src/publish/purge/queue.ts'
import type { Purge } from '../../../src/publish/purge/types.ts'
import { directoryStore } from '../../../src/publish/stores/directory.ts'
import { object } from '../objects.ts'

const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup()
})

/** Notes its orders; the first `failures` fail. */
function noting(failures = 0): Purge & { readonly orders: (readonly string[])[] } {
  const orders: (readonly string[])[] = []
  return {
    name: 'noting',
    orders,
    async purge(paths) {
      orders.push(paths)
      if (orders.length <= failures) throw new DrowseError('purge-failed', 'not now')
    },
  }
}

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'drowse-purge-'))
  cleanups.push(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

describe('a purge queue', () => {
  it('tries an order again until it works, with what came meanwhile', async () => {
    const purge = noting(2)
    const failures: string[] = []
    const purged: number[] = []
    const onFailure = (error: DrowseError) => failures.push(error.message)
    const queue = purgeQueue({ purge, onFailure, onPurged: (release) => purged.push(release), retryBaseMs: 20 })
    queue.add(1, ['index.html'])
    await expect.poll(() => failures.length).toBe(1)
    queue.add(2, ['a/index.html'])
    expect(await queue.settled(5000)).toBe(true)
    expect(purge.orders).toEqual([['/'], ['/', '/a/'], ['/', '/a/']])
    expect(failures).toEqual(['not now', 'not now'])
    expect(purged).toEqual([2])
  })

  it('says when it takes too long, and gives up when it is closed', async () => {
    const queue = purgeQueue({ purge: noting(1000), onFailure: () => undefined, onPurged: () => undefined, retryBaseMs: 10_000 })
    queue.add(1, ['index.html'])
    expect(await queue.settled(50)).toBe(false)
    const waiting = queue.settled(5000)
    queue.close()
    expect(await waiting).toBe(false)
  })
})

describe('a publisher with a purge', () => {
  it('tells caches of changed and removed pages after each release', async () => {
    const dir = folder()
    const purge = noting()
    const publisher = await openPublisher(directoryStore(join(dir, 'store')), join(dir, 'index.db'), { purge })
    await publisher.publish({ outbox: 1, objects: [object('index.html', 'a'), object('private/x.html', 'x')], removed: [] })
    await publisher.purged(1000)
    await publisher.publish({ outbox: 2, objects: [object('b/index.html', 'b')], removed: ['index.html'] })
    await publisher.publish({ outbox: 2, objects: [object('b/index.html', 'b')], removed: [] })
    expect(await publisher.purged(1000)).toBe(true)
    expect(purge.orders).toEqual([['/'], ['/b/', '/']])
    publisher.close()
  })

  it('does not wait for caches that are slow', async () => {
    const dir = folder()
    const never: Purge = { name: 'never', purge: () => new Promise(() => undefined) }
    const publisher = await openPublisher(directoryStore(join(dir, 'store')), join(dir, 'index.db'), { purge: never })
    expect(await publisher.publish({ outbox: 1, objects: [object('index.html', 'a')], removed: [] })).toMatchObject({ number: 1 })
    expect(await publisher.purged(20)).toBe(false)
    publisher.close()
  })

  it('tells them later what it could not tell before it was stopped', async () => {
    const dir = folder()
    const store = directoryStore(join(dir, 'store'))
    const before = noting(1000)
    const first = await openPublisher(store, join(dir, 'index.db'), { purge: noting() })
    await first.publish({ outbox: 1, objects: [object('index.html', 'a')], removed: [] })
    await first.purged(1000)
    first.close()
    const second = await openPublisher(store, join(dir, 'index.db'), { purge: before })
    await second.publish({ outbox: 2, objects: [object('b/index.html', 'b')], removed: [] })
    await expect.poll(() => before.orders.length).toBe(1)
    second.close()
    const after = noting()
    const third = await openPublisher(store, join(dir, 'index.db'), { purge: after })
    expect(await third.purged(1000)).toBe(true)
    expect(after.orders).toEqual([['/b/']])
    third.close()
  })
})
