import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { openPublisher } from '../../../src/publish/publisher.ts'
import { type S3Options, s3Store } from '../../../src/publish/stores/s3.ts'
import type { Publisher, ReleaseChange, Store } from '../../../src/publish/types.ts'
import { text } from '../../contract/store.ts'
import { contents, object } from '../../publish/objects.ts'
import { labClient, newBucket } from './buckets.ts'
import { startGateway } from './ceph.ts'
import type { Daemon } from './daemon.ts'
import { freePorts } from './free-port.ts'
import type { PublishingTask } from './publishing-process.ts'
import { firstRelease, NOW, SECOND_RELEASE_STEPS } from './releases.ts'

const run = promisify(execFile)
const lab = inject('s3Lab')
const dir = mkdtempSync(join(tmpdir(), 'drowse-s3-publisher-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))
let indexes = 0
const newIndex = () => join(dir, `index-${indexes++}.db`)

/** Every object with its bytes and headers, but for claims: these tell how often somebody tried. */
async function bucketOf({ bucket, prefix = '' }: S3Options): Promise<Record<string, unknown>> {
  const client = labClient(lab)
  const all: Record<string, unknown> = {}
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }))
  for (const { Key = '' } of Contents) {
    const name = Key.slice(prefix.length)
    if (name.startsWith('claims/')) continue
    const { Body, ContentType, CacheControl, Metadata } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }))
    all[name] = [await Body?.transformToString(), ContentType, CacheControl, Metadata?.sha256]
  }
  client.destroy()
  return all
}

/** As the dispatcher does: again and again, with a pause, as long as that may help. */
async function publishAtLast(publisher: Publisher, change: ReleaseChange): Promise<number> {
  for (let failures = 0; ; failures++) {
    try {
      await publisher.publish(change)
      return failures
    } catch (error) {
      expect(error).toMatchObject({ code: 'store-failed' })
      if (failures > 100) throw error
      await sleep(200)
    }
  }
}

describe('publishers of one bucket', () => {
  it('never mix their releases: of 24 at once one wins', async () => {
    const options = await newBucket(lab)
    const version = (name: number) =>
      Array.from({ length: 12 }, (_, page) => object(`p${page}/index.html`, `page ${page} of ${name}`))
    const publishers = await Promise.all(
      Array.from({ length: 24 }, async () => openPublisher(await s3Store(options), newIndex())),
    )
    const results = await Promise.allSettled(
      publishers.map((publisher, n) => publisher.publish({ outbox: 1, objects: version(n), removed: [] })),
    )
    for (const publisher of publishers) publisher.close()
    const winners = results.flatMap(({ status }, n) => (status === 'fulfilled' ? [n] : []))
    expect(winners).toHaveLength(1)
    const losses = results.filter(({ status }) => status === 'rejected')
    for (const loss of losses) expect(loss).toMatchObject({ reason: { code: 'store-failed', retry: true } })
    const store = await s3Store(options)
    const whole = version(winners[0] ?? -1).map(({ info, bytes }) => [`site/${info.key}`, text(bytes)])
    expect(await contents(store, 'site/')).toEqual(Object.fromEntries(whole))
    expect(await Array.fromAsync(store.list('releases/'))).toEqual(['releases/000001.json'])
  })

  it('get all their releases out one after the other when each tries again', async () => {
    const options = await newBucket(lab)
    const version = (name: number) => [0, 1, 2].map((page) => object(`p${page}/index.html`, `page ${page} of ${name}`))
    const publishers = await Promise.all(Array.from({ length: 8 }, async () => openPublisher(await s3Store(options), newIndex())))
    await Promise.all(publishers.map((publisher, n) => publishAtLast(publisher, { outbox: 1, objects: version(n), removed: [] })))
    for (const publisher of publishers) publisher.close()
    const store = await s3Store(options)
    expect(await Array.fromAsync(store.list('releases/'))).toHaveLength(8)
    const makers = Object.values(await contents(store, 'site/')).map((content) => content?.split(' ').at(-1))
    expect(new Set(makers).size).toBe(1)
  })
})

describe('a publisher that is killed with kill -9', () => {
  let bucket: S3Options
  let clean: Record<string, unknown>
  let prefixes = 0
  beforeAll(async () => {
    bucket = await newBucket(lab)
    const untouched = await prepared()
    expect(await runProcess(untouched)).toBe('published')
    clean = await bucketOf(untouched.store)
  })

  /** A bucket with the first release. */
  async function prepared(): Promise<PublishingTask> {
    const store = { ...bucket, prefix: `k${prefixes++}/` }
    const indexPath = newIndex()
    const publisher = await openPublisher(await s3Store(store), indexPath, { now: () => NOW })
    await publisher.publish(firstRelease)
    publisher.close()
    return { store, indexPath, dieAt: null, when: 'before', release: 'second' }
  }

  /** What it printed, or the signal it died of. */
  async function runProcess(task: PublishingTask): Promise<string> {
    const program = join(import.meta.dirname, 'publishing-process.ts')
    try {
      return (await run(process.execPath, [program, JSON.stringify(task)])).stdout
    } catch (error) {
      if (error instanceof Error && 'signal' in error && error.signal === 'SIGKILL') return 'SIGKILL'
      throw error
    }
  }

  const steps = Array.from({ length: SECOND_RELEASE_STEPS }, (_, step) => step)
  const deaths = steps.flatMap((step) => [[step, 'before'] as const, [step, 'after'] as const])

  it.each(deaths)('at step %i, %s it is done, leaves what the next publish makes a clean one', async (dieAt, when) => {
    const task = await prepared()
    expect(await runProcess({ ...task, dieAt, when })).toBe('SIGKILL')
    expect(await runProcess(task)).toBe('published')
    expect(await bucketOf(task.store)).toEqual(clean)
  })

  it('has no more steps than these', async () => {
    expect(await runProcess({ ...(await prepared()), dieAt: SECOND_RELEASE_STEPS, when: 'before' })).toBe('published')
  })
})

describe('a gateway that is killed with kill -9', () => {
  let gateway: Daemon | null = null
  afterAll(() => gateway?.stop())

  it('during a publish gets the rest when it is back', async () => {
    const [port = 0] = await freePorts(1)
    gateway = await startGateway(lab, port)
    const options = { ...(await newBucket(lab)), endpoint: `http://127.0.0.1:${port}` }
    const objects = Array.from({ length: 400 }, (_, n) => object(`p${n}/index.html`, `page ${n} ${'x'.repeat(2000)}`))
    const store = await s3Store(options)
    let puts = 0
    const put: Store['put'] = async (...args) => await store.put(...args).finally(() => puts++)
    const publisher = await openPublisher({ ...store, put }, newIndex(), { now: () => NOW })
    const publishing = publishAtLast(publisher, { outbox: 1, objects, removed: [] })
    await expect.poll(() => puts, { interval: 5 }).toBeGreaterThan(50)
    await gateway.stop('SIGKILL')
    await sleep(3000)
    gateway = await startGateway(lab, port)
    const failures = await publishing
    publisher.close()

    expect(failures).toBeGreaterThan(0)
    const twin = await newBucket(lab)
    const undisturbed = await openPublisher(await s3Store(twin), newIndex(), { now: () => NOW })
    await undisturbed.publish({ outbox: 1, objects, removed: [] })
    undisturbed.close()
    expect(await bucketOf(options)).toEqual(await bucketOf(twin))
  })
})

describe('a reader', () => {
  it('who fetches in a loop during 200 releases never sees a page that refers to a missing asset', async () => {
    const options = await newBucket(lab)
    const store = await s3Store(options)
    // What is referred to takes long to put, so that a wrong order would show: a page before its asset, a feed before its page.
    const put: Store['put'] = async (key, ...rest) => {
      if (/^site\/(assets|posts)\//.test(key)) await sleep(20)
      return await store.put(key, ...rest)
    }
    const publisher = await openPublisher({ ...store, put }, newIndex())
    const release = (n: number): ReleaseChange => ({
      outbox: n,
      objects: [
        object('index.html', `<link href="assets/site.${n}.css">`),
        object(`posts/${n}/index.html`, `<link href="../../assets/site.${n}.css">`),
        object(`assets/site.${n}.css`, `/* ${n} */`, 'immutable'),
        object('feed.xml', `<link href="posts/${n}/index.html"/>`),
      ],
      removed: n === 1 ? [] : [`assets/site.${n - 1}.css`],
    })
    await publisher.publish(release(1))
    let isOver = false
    const seen = new Set<string>()
    const missing: string[] = []
    const read = async (from: string): Promise<void> => {
      const page = text(await store.get(`site/${from}`))
      for (const [, href = ''] of page?.matchAll(/href="(?:\.\.\/)*([^"]+)"/g) ?? []) {
        seen.add(href)
        if ((await store.get(`site/${href}`)) === null) missing.push(`${from} → ${href}`)
      }
    }
    const reader = async (from: string) => {
      while (!isOver) await read(from)
    }
    const readers = [reader('index.html'), reader('index.html'), reader('feed.xml')]
    // Fewer would prove little: the readers are to meet at least a hundred of the releases, however slow the computer is.
    for (let n = 2; n <= 200 || seen.size < 200; n++) await publisher.publish(release(n))
    isOver = true
    await Promise.all(readers)
    publisher.close()
    expect(missing).toEqual([])
  })
})
