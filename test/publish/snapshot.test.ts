import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { openPublisher } from '../../src/publish/publisher.ts'
import type { Publisher } from '../../src/publish/types.ts'
import { memoryStore } from './memory-store.ts'
import { object } from './objects.ts'

const dir = mkdtempSync(join(tmpdir(), 'drowse-snapshots-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))
let indexes = 0
const newIndex = () => join(dir, `${indexes++}.db`)
const KEYS = Array.from({ length: 12 }, (_, n) => `p${n}.html`)

function published(publisher: Publisher) {
  return KEYS.map((key) => publisher.published(key))
}

describe('a lost index', () => {
  it('is rebuilt from snapshots to what it was, whatever was published and removed', async () => {
    const change = fc.record({ puts: fc.subarray(KEYS, { maxLength: 3 }), removed: fc.subarray(KEYS, { maxLength: 2 }) })
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 60, maxLength: 110 }), async (changes) => {
        const store = memoryStore()
        const publisher = await openPublisher(store, newIndex())
        for (const [n, { puts, removed }] of changes.entries()) {
          await publisher.publish({ outbox: n, objects: puts.map((key) => object(key, `${key} ${n}`)), removed })
        }
        const rebuilt = await openPublisher(store, newIndex())
        expect(published(rebuilt)).toEqual(published(publisher))
        expect(rebuilt.current).toEqual(publisher.current)
        expect((await rebuilt.verify()).faults).toEqual([])
        publisher.close()
        rebuilt.close()
      }),
      { numRuns: 15 },
    )
  })

  it('of 2,100 releases is rebuilt with a hundred requests', async () => {
    const store = memoryStore()
    const publisher = await openPublisher(store, newIndex())
    for (let n = 1; n <= 2100; n++) {
      const key = KEYS[n % KEYS.length] ?? ''
      await publisher.publish({ outbox: n, objects: [object(key, `${n}`)], removed: [] })
    }
    store.gets = 0
    const rebuilt = await openPublisher(store, newIndex())
    expect(published(rebuilt)).toEqual(published(publisher))
    expect(store.gets).toBeLessThan(100)
    expect(await Array.fromAsync(store.list('snapshots/'))).toEqual([
      'snapshots/000000-001024.json',
      'snapshots/001024-002048.json',
      'snapshots/002048-002080.json',
    ])
  })

  it('is rebuilt from records where a snapshot is gone', async () => {
    const store = memoryStore()
    const publisher = await openPublisher(store, newIndex())
    for (let n = 1; n <= 40; n++) await publisher.publish({ outbox: n, objects: [object('a.html', `${n}`)], removed: [] })
    await store.remove(await Array.fromAsync(store.list('snapshots/')))
    const rebuilt = await openPublisher(store, newIndex())
    expect(rebuilt.published('a.html')).toEqual(publisher.published('a.html'))
  })
})
