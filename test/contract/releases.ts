import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { openStore } from '../../src/cli/publishing.ts'
import type { StoreConfig } from '../../src/config/types.ts'
import { openPublisher } from '../../src/publish/publisher.ts'
import type { Publisher, ReleaseChange, Store } from '../../src/publish/types.ts'
import { object } from '../publish/objects.ts'
import type { PublishingTask } from '../publish/publishing-process.ts'
import { FIRST, NOW, OPTIONS, SECOND } from '../publish/release-changes.ts'
import { bytes, text } from './store.ts'

const run = promisify(execFile)
const PROGRAM = join(import.meta.dirname, '..', 'publish', 'publishing-process.ts')
const DAY_MS = 24 * 3_600_000

/**
 * What releases must be on every store. `fresh` gives each test an empty one, by the settings that open it, so that another process can open it too.
 * `readers`: how many releases the readers' test makes. `deaths`: at each step in each way, or in one way at each step where that would take too long.
 */
export function releaseContract(
  name: string,
  fresh: () => StoreConfig | Promise<StoreConfig>,
  { readers = 200, deaths: whichDeaths = 'all' as 'all' | 'one a step' } = {},
): void {
  const dir = mkdtempSync(join(tmpdir(), 'drowse-releases-'))
  afterAll(() => rmSync(dir, { recursive: true, force: true }))
  let indexes = 0
  const newIndex = () => join(dir, `index-${indexes++}.db`)

  interface Place {
    readonly store: Store
    readonly publisher: Publisher
  }

  async function place(options = OPTIONS): Promise<Place> {
    const store = await openStore(await fresh(), dir, dir)
    return { store, publisher: await openPublisher(store, newIndex(), options) }
  }

  /** Every object, without the claims, which tell how often somebody tried. */
  async function whole(store: Store): Promise<Record<string, string>> {
    const all: Record<string, string> = {}
    for await (const key of store.list('')) {
      if (!key.startsWith('claims/')) all[key] = Buffer.from((await store.get(key)) ?? []).toString('base64')
    }
    return all
  }

  async function site(store: Store): Promise<Record<string, string>> {
    return Object.fromEntries(Object.entries(await whole(store)).filter(([key]) => !/^(releases|objects|snapshots)\//.test(key)))
  }

  describe(`releases: ${name}`, () => {
    it('know headers that changed while the bytes stayed', async () => {
      const { publisher } = await place()
      const plain = object('a.html', 'a')
      await publisher.publish({ outbox: 1, objects: [plain], removed: [] })
      const retyped = { ...plain, info: { ...plain.info, contentType: 'application/xhtml+xml' } }
      expect(publisher.plan({ outbox: 2, objects: [retyped], removed: [] }).puts.map(({ why }) => why)).toEqual(['headers'])
      expect(await publisher.publish({ outbox: 2, objects: [retyped], removed: [] })).toMatchObject({ number: 2 })
      expect(await publisher.publish({ outbox: 2, objects: [retyped], removed: [] })).toBeNull()
    })

    it('of a whole build remove what it no longer has, and refuse one that is empty or lost more than a fifth', async () => {
      const { publisher, store } = await place()
      const objects = Array.from({ length: 20 }, (_, n) => object(`p${n}.html`, `${n}`))
      const build = (some: ReleaseChange['objects'], guardRemovals = true): ReleaseChange => ({
        objects: some,
        removed: [],
        complete: true,
        source: 'folder',
        guardRemovals,
      })
      await publisher.publish(build(objects))
      await expect(publisher.publish(build([]))).rejects.toMatchObject({ code: 'release-refused' })
      await expect(publisher.publish(build(objects.slice(5)))).rejects.toMatchObject({ code: 'release-refused' })
      expect(await publisher.publish(build(objects.slice(4)))).toMatchObject({
        removed: ['p0.html', 'p1.html', 'p2.html', 'p3.html'],
      })
      expect(await store.get('site/p0.html')).toBeNull()
      expect(await publisher.publish(build(objects.slice(19), false))).toMatchObject({ number: 3 })
    })

    it('of a folder do not cover a machine’s, which has what visitors wrote', async () => {
      const { publisher } = await place()
      await publisher.publish({ outbox: 1, objects: [object('a.html', 'with a comment')], removed: [] })
      const build: ReleaseChange = { objects: [object('a.html', 'without')], removed: [], complete: true, source: 'folder' }
      await expect(publisher.publish(build)).rejects.toMatchObject({ code: 'release-refused' })
      expect(await publisher.publish({ ...build, force: true })).toMatchObject({ source: 'folder', outbox: 1 })
    })

    it('bring compressed siblings along that say the same, and take them away with their page', async () => {
      const { publisher, store } = await place()
      await publisher.publish(FIRST)
      const page = text(await store.get('site/index.html'))
      expect(brotliDecompressSync((await store.get('site/index.html.br')) ?? '').toString()).toBe(page)
      expect(gunzipSync((await store.get('site/index.html.gz')) ?? '').toString()).toBe(page)
      expect(await store.get('site/feed.xml.br')).toBeNull()
      await publisher.publish(SECOND)
      expect(await store.get('site/gone/index.html.gz')).toBeNull()
      await publisher.publish({ outbox: 3, objects: [object('index.html', 'short')], removed: [] })
      expect(await store.get('site/index.html.br')).toBeNull()
    })

    it('list redirects in one file, and forget those that are gone', async () => {
      const { publisher, store } = await place()
      await publisher.publish(SECOND)
      expect(text(await store.get('site/_redirects'))).toBe('/old/ /posts/a/ 301\n')
      await publisher.publish({ outbox: 3, objects: [], removed: ['old/index.html'] })
      expect(await store.get('site/_redirects')).toBeNull()
      expect(publisher.published('_redirects')).toBeNull()
    })

    it('leave what pages refer to for a day, and what was replaced for a month', async () => {
      const store = await openStore(await fresh(), dir, dir)
      let now = NOW
      const publisher = await openPublisher(store, newIndex(), { ...OPTIONS, now: () => now })
      await publisher.publish(FIRST)
      await publisher.publish(SECOND)
      const kept = async () => [
        ...(await Array.fromAsync(store.list('objects/'))),
        ...(await Array.fromAsync(store.list('claims/'))),
      ]
      expect(await store.get('site/gone/index.html')).toBeNull()
      expect(text(await store.get('site/assets/site.1.css'))).toBe('one')
      const keptAtFirst = await kept()
      now += DAY_MS
      await publisher.publish({ outbox: 3, objects: [], removed: [] })
      expect(await store.get('site/assets/site.1.css')).toBeNull()
      expect(await kept()).toEqual(keptAtFirst)
      expect(keptAtFirst).not.toEqual([])
      now += 30 * DAY_MS
      await publisher.publish({ outbox: 4, objects: [], removed: [] })
      expect(await kept()).toEqual([])
      await expect(publisher.rollback(1)).rejects.toMatchObject({ code: 'release-unknown' })
    })

    it('leaves what is personal as it is when it is gone back to: the owner’s files, and pages at addresses that can’t be guessed', async () => {
      const { publisher, store } = await place()
      const [file, page] = ['private/orders/1.json', `orders/${'0a'.repeat(16)}/index.html`]
      const later = `orders/${'1b'.repeat(16)}/index.html`
      const changed = [object('index.html', 'one'), object(file, 'old'), object(page, 'reserved')]
      await publisher.publish({ outbox: 1, objects: changed, removed: [] })
      const again = [object('index.html', 'two'), object(file, 'new'), object(page, 'paid'), object(later, 'another')]
      await publisher.publish({ outbox: 2, objects: again, removed: [] })

      await publisher.rollback(1)

      const told = await Promise.all(['index.html', file, page, later].map(async (key) => text(await publisher.read(key))))
      expect(told).toEqual(['one', 'new', 'paid', 'another'])
      expect(await store.get(`site/${later}`)).not.toBeNull()
    })

    it('can be gone back to, byte for byte, and forward again', async () => {
      const { publisher, store } = await place()
      await publisher.publish(FIRST)
      const first = await site(store)
      await publisher.publish(SECOND)
      const second = await site(store)
      expect(await publisher.rollback(1)).toMatchObject({ number: 3, restores: 1 })
      // The newer asset stays for its grace; nothing refers to it. What is the owner's alone is never taken back.
      const stays = ['site/assets/site.2.css', 'private/queue/index.html'].map((key) => [key, second[key]])
      expect(await site(store)).toEqual({ ...first, ...Object.fromEntries(stays) })
      await publisher.rollback(2)
      expect(await site(store)).toEqual({ ...second, 'site/assets/site.1.css': first['site/assets/site.1.css'] })
      expect((await publisher.releases(2)).map(({ number, restores }) => [number, restores])).toEqual([
        [4, 2],
        [3, 1],
      ])
      await expect(publisher.rollback(4)).rejects.toMatchObject({ code: 'release-unknown' })
    })

    it('refuse to be gone back to when kept bytes were changed, before anything is published', async () => {
      const { publisher, store } = await place()
      await publisher.publish(FIRST)
      await publisher.publish(SECOND)
      const before = await site(store)
      await spoilKept(store)
      await expect(publisher.rollback(1)).rejects.toMatchObject({ code: 'release-unknown' })
      expect(await site(store)).toEqual(before)
    })

    it('are verified: what is missing, changed or too much is found and mended', async () => {
      const { publisher, store } = await place()
      await publisher.publish(FIRST)
      await publisher.publish(SECOND)
      const right = await site(store)
      expect((await publisher.verify()).faults).toEqual([])
      const plain = { contentType: 'text/plain', cache: 'page' } as const
      await store.remove(['site/index.html.gz', 'site/feed.xml'])
      await store.put('site/robots.txt', bytes('Robots'), plain)
      await store.put('site/stray.html', bytes('stray'), plain)
      const found = [
        { key: 'feed.xml', fault: 'missing' },
        { key: 'index.html.gz', fault: 'missing' },
        { key: 'robots.txt', fault: 'changed' },
        { key: 'stray.html', fault: 'extra' },
      ]
      expect((await publisher.verify()).faults).toEqual(found.map((fault) => ({ ...fault, isRepaired: false })))
      const known = new Map(SECOND.objects.map((each) => [each.info.hash, each.bytes]))
      const bytesOf = (hash: string) => {
        const there = known.get(hash)
        return there === undefined || typeof there === 'function' ? null : there
      }
      const { faults } = await publisher.verify({ repair: true, bytesOf })
      expect(faults).toEqual(found.map((fault) => ({ ...fault, isRepaired: true })))
      expect(await site(store)).toEqual(right)
      expect((await publisher.verify()).faults).toEqual([])
    })

    it('that can’t be mended are published again by the next build', async () => {
      const { publisher, store } = await place()
      const plain = object('a.png', 'a picture')
      const picture = { ...plain, info: { ...plain.info, contentType: 'image/png' } }
      await publisher.publish({ outbox: 1, objects: [picture], removed: [] })
      await store.remove(['site/a.png'])
      expect((await publisher.verify({ repair: true })).faults).toEqual([{ key: 'a.png', fault: 'missing', isRepaired: false }])
      await publisher.publish({ outbox: 1, objects: [picture], removed: [] })
      expect(text(await store.get('site/a.png'))).toBe('a picture')
    })

    it('come to the same when their publisher is killed with kill -9 at any step and publishes again', async () => {
      await expectSameAfterDeath('second')
    }, 600_000)

    it('come to the same when a rollback is killed with kill -9 at any step and made again', async () => {
      await expectSameAfterDeath('rollback')
    }, 600_000)

    it('never show a reader, who fetches in a loop, a page that refers to a missing asset', async () => {
      const { publisher, store } = await place({ retention: { graceMs: DAY_MS, keepMs: 0 } })
      const release = (n: number): ReleaseChange => ({
        outbox: n,
        objects: [
          object('index.html', `<link href="assets/site.${n}.css"> <a href="posts/${n}/index.html">newest</a>`),
          object(`posts/${n}/index.html`, `<link href="assets/site.${n}.css">`),
          object(`assets/site.${n}.css`, `/* ${n} */`, 'immutable'),
          object('feed.xml', `<link href="posts/${n}/index.html"/>`),
        ],
        removed: n === 1 ? [] : [`assets/site.${n - 1}.css`],
      })
      await publisher.publish(release(1))
      const missing: string[] = []
      let looks = 0
      let isOver = false
      const reader = async (from: string) => {
        while (!isOver) {
          const page = text(await store.get(`site/${from}`))
          for (const [, href = ''] of page?.matchAll(/href="([^"]+)"/g) ?? []) {
            looks++
            if ((await store.get(`site/${href}`)) === null) missing.push(`${from} → ${href}`)
          }
        }
      }
      const reading = [reader('index.html'), reader('index.html'), reader('feed.xml')]
      for (let n = 2; n <= readers; n++) await publisher.publish(release(n))
      isOver = true
      await Promise.all(reading)
      expect(missing).toEqual([])
      expect(looks).toBeGreaterThan(readers)
    }, 600_000)

    /** Kills a process at each step it takes, before and after it, and lets the next one finish: on the same index, and on another machine's. */
    async function expectSameAfterDeath(release: PublishingTask['release']): Promise<void> {
      const clean = await prepared()
      const steps = Number(await runProcess({ ...clean, release }))
      const wanted = await whole(await openStore(clean.store, dir, dir))
      const deaths = Array.from({ length: steps }, (_, dieAt) => {
        const ways = [
          { dieAt, when: 'before', isSameIndex: true } as const,
          { dieAt, when: 'after', isSameIndex: true } as const,
          { dieAt, when: 'after', isSameIndex: false } as const,
        ]
        return whichDeaths === 'all' ? ways : ways.slice(dieAt % 3).slice(0, 1)
      }).flat()
      expect(deaths.length).toBeGreaterThan(10)
      const rest = deaths.values()
      const lane = async () => {
        for (const { dieAt, when, isSameIndex } of rest) {
          const task = { ...(await prepared()), release }
          expect(await runProcess({ ...task, dieAt, when })).toBe('SIGKILL')
          const heir = isSameIndex ? task.indexPath : newIndex()
          await runProcess({ ...task, indexPath: heir })
          expect({ dieAt, when, isSameIndex, store: await whole(await openStore(task.store, dir, dir)) }).toEqual({
            dieAt,
            when,
            isSameIndex,
            store: wanted,
          })
        }
      }
      await Promise.all(Array.from({ length: 4 }, lane))

      /** A store with what comes before the release. */
      async function prepared(): Promise<PublishingTask> {
        const store = await fresh()
        const indexPath = newIndex()
        const publisher = await openPublisher(await openStore(store, dir, dir), indexPath, OPTIONS)
        await publisher.publish(FIRST)
        if (release === 'rollback') await publisher.publish(SECOND)
        publisher.close()
        return { store, indexPath, release, dieAt: null, when: 'before' }
      }
    }
  })

  /** What it printed, or the signal it died of. */
  async function runProcess(task: PublishingTask): Promise<string> {
    try {
      return (await run(process.execPath, [PROGRAM, JSON.stringify(task)])).stdout
    } catch (error) {
      if (error instanceof Error && 'signal' in error && error.signal === 'SIGKILL') return 'SIGKILL'
      throw error
    }
  }
}

/** Other bytes in all places where replaced ones are kept: copies, and claims. */
async function spoilKept(store: Store): Promise<void> {
  const plain = { contentType: 'text/plain', cache: 'page' } as const
  for await (const key of store.list('objects/')) await store.put(key, bytes('other'), plain)
  const other = gzipSync('other').toString('base64')
  for await (const key of store.list('claims/')) {
    const spoilt = (text(await store.get(key)) ?? '').replaceAll(/:"H4sI[^"]*"/g, `:"${other}"`)
    await store.put(key, bytes(spoilt), plain)
  }
}
