import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { DrowseError } from '../../src/errors/drowse-error.ts'
import { openPublisher } from '../../src/publish/publisher.ts'
import { directoryStore } from '../../src/publish/stores/directory.ts'
import type { Publisher, Store } from '../../src/publish/types.ts'
import { bytes, text } from '../contract/store.ts'
import { contents, object } from './objects.ts'

const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup()
})

interface Site {
  readonly root: string
  readonly store: Store
  readonly indexPath: string
  /** Opens the publisher over the store or over one that fails. Unless told, the process before it died. */
  open(store?: Store): Promise<Publisher>
}

function site(): Site {
  const root = mkdtempSync(join(tmpdir(), 'drowse-publish-'))
  cleanups.push(() => rmSync(root, { recursive: true, force: true }))
  const store = directoryStore(join(root, 'public'))
  const indexPath = join(root, 'index.db')
  return { root, store, indexPath, open: (over = store) => openPublisher(over, indexPath) }
}

describe('a publisher', () => {
  it('publishes objects and tells what is published', async () => {
    const { open, store } = site()
    const publisher = await open()
    const hello = object('posts/hello/index.html', 'hello')
    const release = await publisher.publish({ outbox: 1, objects: [hello], removed: [] })
    expect(release).toMatchObject({ number: 1, outbox: 1, parent: null, changed: [hello.info], removed: [] })
    expect(publisher.published('posts/hello/index.html')).toEqual(hello.info)
    expect(text(await publisher.read('posts/hello/index.html'))).toBe('hello')
    expect(text(await store.get('site/posts/hello/index.html'))).toBe('hello')
    expect(publisher.published('posts/other/index.html')).toBeNull()
    expect(await publisher.read('releases/000001.json')).toBeNull()
  })

  it('puts assets first, then files, pages, feeds, the record, and removes last', async () => {
    const { open, store } = site()
    const steps: string[] = []
    const publisher = await open(watched(store, (step) => void steps.push(step)))
    await publisher.publish({ outbox: 1, objects: [object('old.html', 'old')], removed: [] })
    steps.length = 0
    const keys = ['feed.xml', 'index.html', 'robots.txt', 'posts/a/index.html', 'sitemap.xml']
    const objects = [...keys.map((key) => object(key, key)), object('assets/a.css', 'css', 'immutable')]
    await publisher.publish({ outbox: 2, objects, removed: ['old.html'] })
    expect(steps).toEqual([
      'put site/assets/a.css',
      'put site/robots.txt',
      'put site/index.html',
      'put site/posts/a/index.html',
      'put site/feed.xml',
      'put site/sitemap.xml',
      'put releases/000002.json',
      'remove site/old.html',
    ])
  })

  it('puts a file where a folder was, and a folder where a file was', async () => {
    const { open, store } = site()
    const publisher = await open()
    const [file, below] = [object('media/hill', 'a hill'), object('media/hill/top.txt', 'its top')]
    await publisher.publish({ outbox: 1, objects: [file], removed: [] })
    await publisher.publish({ outbox: 2, objects: [below], removed: ['media/hill'] })
    expect(await contents(store, 'site/')).toEqual({ 'site/media/hill/top.txt': 'its top' })
    await publisher.publish({ outbox: 3, objects: [file], removed: ['media/hill/top.txt'] })
    expect(await contents(store, 'site/')).toEqual({ 'site/media/hill': 'a hill' })
  })

  it('is not stopped by the removal of what no store can hold', async () => {
    const { open } = site()
    const publisher = await open()
    const impossible = ['x'.repeat(300), 'a//b', '../up', 'a\u0000b', `${'deep/'.repeat(300)}x`]
    const release = await publisher.publish({ outbox: 1, objects: [object('a.html', 'a')], removed: impossible })
    expect(release).toMatchObject({ number: 1, removed: [] })
  })

  it('skips what is published already and writes no record for nothing', async () => {
    const { open, store } = site()
    const steps: string[] = []
    const publisher = await open(watched(store, (step) => void steps.push(step)))
    const same = object('a.html', 'a')
    await publisher.publish({ outbox: 1, objects: [same], removed: [] })
    steps.length = 0
    expect(await publisher.publish({ outbox: 1, objects: [same], removed: ['never.html'] })).toBeNull()
    expect(steps.filter((step) => step.startsWith('put'))).toEqual([])
    const release = await publisher.publish({ outbox: 2, objects: [same, object('b.html', 'b')], removed: [] })
    expect(release?.changed.map((info) => info.key)).toEqual(['b.html'])
  })

  it('never lets an older render replace a newer one', async () => {
    const { open } = site()
    const publisher = await open()
    await publisher.publish({ outbox: 5, objects: [object('a.html', 'new')], removed: [] })
    const older = publisher.publish({ outbox: 4, objects: [object('a.html', 'old')], removed: [] })
    await expect(older).rejects.toMatchObject({ code: 'release-refused' })
    expect(text(await publisher.read('a.html'))).toBe('new')
  })

  it('refuses bytes that do not have their hash', async () => {
    const { open } = site()
    const publisher = await open()
    const forged = { ...object('a.html', 'right'), bytes: bytes('wrong') }
    await expect(publisher.publish({ outbox: 1, objects: [forged], removed: [] })).rejects.toMatchObject({
      code: 'release-refused',
    })
    expect(publisher.published('a.html')).toBeNull()
  })

  it('refuses a build that lost more than a fifth of the site, unless it may', async () => {
    const { open } = site()
    const publisher = await open()
    const keys = Array.from({ length: 20 }, (_, n) => `p${n}.html`)
    await publisher.publish({ outbox: 1, objects: keys.map((key) => object(key, key)), removed: [] })
    const change = { outbox: 2, objects: [], removed: keys.slice(0, 5) }
    await expect(publisher.publish({ ...change, guardRemovals: true })).rejects.toMatchObject({ code: 'release-refused' })
    await publisher.publish({ ...change, removed: keys.slice(0, 4), guardRemovals: true })
    expect(await publisher.publish(change)).toMatchObject({ removed: ['p4.html'] })
  })

  it('keeps assets for a day after the last page that named them, unless they come back', async () => {
    const { store, indexPath } = site()
    let now = 0
    const publisher = await openPublisher(store, indexPath, { now: () => now })
    const assets = [object('assets/gone.1.css', 'a', 'immutable'), object('assets/back.2.css', 'b', 'immutable')]
    await publisher.publish({ outbox: 1, objects: [...assets, object('a.html', 'a')], removed: [] })
    await publisher.publish({ outbox: 2, objects: [], removed: ['assets/gone.1.css', 'assets/back.2.css', 'a.html'] })
    expect(publisher.published('assets/gone.1.css')).toBeNull()
    expect(await Array.fromAsync(store.list('site/'))).toEqual(['site/assets/back.2.css', 'site/assets/gone.1.css'])
    await publisher.publish({ outbox: 3, objects: [object('assets/back.2.css', 'b', 'immutable')], removed: [] })
    now += 25 * 3600_000
    await publisher.publish({ outbox: 4, objects: [object('b.html', 'b')], removed: [] })
    expect(await Array.fromAsync(store.list('site/'))).toEqual(['site/assets/back.2.css', 'site/b.html'])
  })

  it('keeps what is private outside of what the public can be given', async () => {
    const { open, store } = site()
    const publisher = await open()
    await publisher.publish({
      outbox: 1,
      objects: [object('private/orders/index.html', 'x'), object('_drowse/frame/index.html', 'y')],
      removed: [],
    })
    expect(await Array.fromAsync(store.list('site/'))).toEqual([])
    expect(text(await publisher.read('private/orders/index.html'))).toBe('x')
  })

  it.each(['lost', 'damaged'])('rebuilds an index that is %s from the release records', async (fate) => {
    const { open, indexPath } = site()
    const before = await open()
    await before.publish({ outbox: 1, objects: [object('a.html', 'a'), object('b.html', 'b')], removed: [] })
    await before.publish({ outbox: 3, objects: [object('a.html', 'a2')], removed: ['b.html'] })
    before.close()
    for (const suffix of ['', '-wal']) rmSync(indexPath + suffix, { force: true })
    if (fate === 'damaged') writeFileSync(indexPath, 'no database'.repeat(1000))

    const after = await open()
    expect(after.published('a.html')).toEqual(object('a.html', 'a2').info)
    expect(after.published('b.html')).toBeNull()
    await expect(after.publish({ outbox: 2, objects: [object('a.html', 'a')], removed: [] })).rejects.toMatchObject({
      code: 'release-refused',
    })
    expect(await after.publish({ outbox: 4, objects: [object('c.html', 'c')], removed: [] })).toMatchObject({ number: 3 })
  })

  it('begins anew when its index belongs to another store', async () => {
    const { open, root } = site()
    const before = await open()
    await before.publish({ outbox: 9, objects: [object('a.html', 'a')], removed: [] })
    before.close()
    const after = await open(directoryStore(join(root, 'another')))
    expect(after.published('a.html')).toBeNull()
    expect(await after.publish({ outbox: 1, objects: [object('a.html', 'a')], removed: [] })).toMatchObject({ number: 1 })
  })

  it('publishes one change after the other when they come at once', async () => {
    const { open } = site()
    const publisher = await open()
    const changes = Array.from({ length: 10 }, (_, n) => ({ outbox: n + 1, objects: [object(`p${n}.html`, 'x')], removed: [] }))
    const releases = await Promise.all(changes.map((change) => publisher.publish(change)))
    expect(releases.map((release) => release?.number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })

  it('lets one gateway at a time use its index', async () => {
    const { open } = site()
    await open()
    await expect(open()).rejects.toMatchObject({ code: 'data-in-use' })
  })
})

describe('publishing that fails or dies at any step', () => {
  const objects = [
    object('assets/x.css', 'css', 'immutable'),
    object('a.html', 'new a'),
    object('b.html', 'b'),
    object('feed.xml', 'new feed'),
  ]
  const change = { outbox: 2, objects, removed: ['gone.html'] }
  const expected = { 'site/a.html': 'new a', 'site/assets/x.css': 'css', 'site/b.html': 'b', 'site/feed.xml': 'new feed' }

  async function prepared(): Promise<Site> {
    const place = site()
    const publisher = await place.open()
    const first = [object('a.html', 'old a'), object('feed.xml', 'old feed'), object('gone.html', 'gone')]
    await publisher.publish({ outbox: 1, objects: first, removed: [] })
    publisher.close()
    return place
  }

  const steps = [0, 1, 2, 3, 4, 5, 6, 7, 8].flatMap((step) => ['before', 'after'].map((when) => [step, when] as const))

  it.each(steps)('comes to the same when step %i fails %s it is done and is tried again', async (step, when) => {
    const { open, store } = await prepared()
    const publisher = await open(failing(store, step, when === 'after'))
    await expect(publisher.publish(change)).rejects.toThrow('power cut')
    await publisher.publish(change).catch(() => publisher.publish(change))
    expect(await contents(store, 'site/')).toEqual(expected)
    expect(publisher.published('gone.html')).toBeNull()
    expect(await Array.fromAsync(store.list('releases/'))).toEqual(['releases/000001.json', 'releases/000002.json'])
  })

  it.each(steps)('comes to the same when the process dies at step %i %s it is done', async (step, when) => {
    const { open, store, indexPath } = await prepared()
    const dying = await open(failing(store, step, when === 'after'))
    await expect(dying.publish(change)).rejects.toThrow('power cut')
    // What a killed process leaves: its index as it was, never closed.
    const revived = await openPublisher(store, copyOf(indexPath))
    await revived.publish(change)
    expect(await contents(store, 'site/')).toEqual(expected)
    expect(revived.published('gone.html')).toBeNull()
    expect(await Array.fromAsync(store.list('releases/'))).toEqual(['releases/000001.json', 'releases/000002.json'])
  })

  it('removes nothing when something could not be put', async () => {
    const { open, store } = await prepared()
    const publisher = await open(failing(store, 1, false))
    await expect(publisher.publish(change)).rejects.toThrow('power cut')
    expect(text(await store.get('site/gone.html'))).toBe('gone')
    expect(publisher.published('gone.html')).not.toBeNull()
  })

  it('puts an object again whose bytes a failed try has replaced, though the index says they are right', async () => {
    const { open, store } = await prepared()
    // The asset, a.html and b.html with what a.html was, then the feed.
    const publisher = await open(failing(store, 4, false))
    await expect(publisher.publish(change)).rejects.toThrow('power cut')
    expect(text(await store.get('site/a.html'))).toBe('new a')
    await publisher.publish({ outbox: 3, objects: [object('a.html', 'old a')], removed: [] })
    expect(text(await store.get('site/a.html'))).toBe('old a')
  })
})

/** Tells each step that changes the store, in order. */
function watched(store: Store, tell: (step: string) => void | Promise<void>): Store {
  return {
    ...store,
    async put(key, content, info, condition) {
      await tell(`put ${key}`)
      return await store.put(key, content, info, condition)
    },
    async remove(keys) {
      for (const key of keys) await tell(`remove ${key}`)
      await store.remove(keys)
    },
  }
}

/** Fails once, at the given change to the store, before or after it was done. */
function failing(store: Store, at: number, isDone: boolean): Store {
  let step = 0
  const run = async <T>(work: () => Promise<T>): Promise<T> => {
    const isFailing = step++ === at
    if (isFailing && !isDone) throw new DrowseError('store-failed', 'power cut')
    const result = await work()
    if (isFailing) throw new DrowseError('store-failed', 'power cut')
    return result
  }
  return {
    ...store,
    put: (key, content, info, condition) => run(() => store.put(key, content, info, condition)),
    copy: (from, to) => run(() => store.copy(from, to)),
    remove: (keys) => (keys.length === 0 ? store.remove(keys) : run(() => store.remove(keys))),
  }
}

function copyOf(indexPath: string): string {
  const copy = `${indexPath}.copy`
  for (const suffix of ['', '-wal']) if (existsSync(indexPath + suffix)) copyFileSync(indexPath + suffix, copy + suffix)
  return copy
}
