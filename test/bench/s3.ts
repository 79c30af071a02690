import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { openPublisher } from '../../src/publish/publisher.ts'
import { type S3Options, s3Store } from '../../src/publish/stores/s3.ts'
import type { PublishedObject, Publisher, Store } from '../../src/publish/types.ts'
import { newBucket } from '../labs/s3/buckets.ts'
import { startLab } from '../labs/s3/ceph.ts'
import { object } from '../publish/objects.ts'
import { bar, median, table } from './report.ts'

const FIRST_PAGES = 5_000
const BIG_SITE_PAGES = 10_000
const SINGLE_ROUNDS = 15
/** As many puts at once as the publisher makes. */
const CONCURRENCY = 16
/** Rounds of a comparison, in turns so that what the machine does meanwhile meets all alike. */
const ROUNDS = 3

/** The publisher on a real Ceph RGW against a bare loop of puts, `rclone sync` and `s3cmd sync`, all in one run. */
export async function benchS3(): Promise<string> {
  const { lab, stop } = await startLab((line) => console.error(line))
  const dir = mkdtempSync(join(tmpdir(), 'drowse-bench-s3-'))
  const bench = { dir, bucket: await newBucket(lab), fresh: 0 }
  try {
    return [await benchFirst(bench), await benchOnePage(bench), await benchPeers(bench)].join('\n\n')
  } finally {
    rmSync(dir, { recursive: true, force: true })
    await stop()
  }
}

interface Bench {
  readonly dir: string
  readonly bucket: S3Options
  /** Counts what was used: each round has its own prefix and index. */
  fresh: number
}

async function benchFirst(bench: Bench): Promise<string> {
  const objects = pages(FIRST_PAGES)
  const bare: number[] = []
  const ours: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    bare.push(await timed(() => bareLoop(freshBucket(bench), objects)))
    const publisher = await open(bench, freshBucket(bench))
    ours.push(await timed(() => publisher.publish({ outbox: 1, objects, removed: [] })))
    publisher.close()
  }
  const share = median(bare) / median(ours)
  return [
    `First publish of ${FIRST_PAGES} small pages, ${CONCURRENCY} at once, median of ${ROUNDS} (s):`,
    table(
      ['', 'median', 'all'],
      [
        ['bare SDK put loop', median(bare) / 1000, list(bare)],
        ['drowse', median(ours) / 1000, list(ours)],
      ],
    ),
    `${share >= 0.9 ? 'within' : 'OVER  '}  speed against the bare loop: ${share.toFixed(2)} (bar: at least 0.9)`,
  ].join('\n')
}

async function benchOnePage(bench: Bench): Promise<string> {
  const options = freshBucket(bench)
  const store = counting(await s3Store(options))
  const publisher = await openPublisher(store, freshIndex(bench))
  await publisher.publish({ outbox: 1, objects: pages(BIG_SITE_PAGES), removed: [] })
  const puts: number[] = []
  const ours: number[] = []
  let requests = 0
  for (let round = 0; round < SINGLE_ROUNDS; round++) {
    const page = object('posts/p7/index.html', `changed ${round} ${filling()}`)
    puts.push(await timed(() => store.put('site/elsewhere/index.html', page.bytes, page.info)))
    store.reset()
    ours.push(await timed(() => publisher.publish({ outbox: 1, objects: [page], removed: [] })))
    requests = Math.max(requests, store.count())
  }
  publisher.close()
  return [
    `One changed page in a site of ${BIG_SITE_PAGES}, median of ${SINGLE_ROUNDS} (ms):`,
    table(
      ['', 'median'],
      [
        ['a put of the page', median(puts)],
        ['drowse', median(ours)],
      ],
    ),
    bar('requests', requests, 3),
    bar('ms over the put itself', median(ours) - median(puts), 50),
  ].join('\n')
}

async function benchPeers(bench: Bench): Promise<string> {
  const tools = [drowse(bench), rclone(bench), s3cmd(bench)]
  const rows: (readonly (string | number)[])[] = []
  const site = join(bench.dir, 'site')
  const objects = pages(FIRST_PAGES)
  for (const { info, bytes } of objects) write(site, info.key, bytes)
  const changed = object('posts/p7/index.html', `changed ${filling()}`)

  const times = new Map(tools.map(({ name }) => [name, [] as number[]]))
  for (const [phase, current] of [
    ['first', objects],
    ['no change', objects],
    ['one page', objects.map((known) => (known.info.key === changed.info.key ? changed : known))],
  ] as const) {
    if (phase === 'one page') write(site, changed.info.key, changed.bytes)
    for (const tool of tools) times.get(tool.name)?.push(await timed(() => tool.publish(site, current)))
  }
  const own = times.get('drowse') ?? []
  for (const [name, all] of times) {
    const ratios = all.map((time, phase) => `${(time / (own[phase] ?? Number.NaN)).toFixed(1)}×`)
    rows.push([name, ...all.flatMap((time, phase) => [time / 1000, ratios[phase] ?? ''])])
  }
  return [
    `${FIRST_PAGES} pages with other tools, each with its defaults but for parallel transfers where it has them (${CONCURRENCY}), in s and as a multiple of drowse:`,
    table(['', 'first', '', 'no change', '', 'one page', ''], rows),
    'drowse is timed in its process, from the objects of a whole build to the end; the others with their start, from a folder.',
  ].join('\n')
}

interface Tool {
  readonly name: string
  publish(site: string, objects: readonly PublishedObject[]): Promise<void>
}

function drowse(bench: Bench): Tool {
  const options = freshBucket(bench)
  const indexPath = freshIndex(bench)
  let outbox = 0
  return {
    name: 'drowse',
    // Opened anew each time, as a process would.
    async publish(_site, objects) {
      const publisher = await openPublisher(await s3Store(options), indexPath)
      await publisher.publish({ outbox: ++outbox, objects, removed: [] })
      publisher.close()
    },
  }
}

function rclone(bench: Bench): Tool {
  const { bucket, prefix = '', endpoint = '', credentials } = freshBucket(bench)
  const remote = {
    RCLONE_CONFIG_LAB_TYPE: 's3',
    RCLONE_CONFIG_LAB_PROVIDER: 'Ceph',
    RCLONE_CONFIG_LAB_ENDPOINT: endpoint,
    RCLONE_CONFIG_LAB_ACCESS_KEY_ID: credentials?.accessKeyId,
    RCLONE_CONFIG_LAB_SECRET_ACCESS_KEY: credentials?.secretAccessKey,
    // rclone stumbles over it, and the lab speaks plain HTTP.
    AWS_CA_BUNDLE: undefined,
  }
  const args = ['--config', '/dev/null', '--transfers', `${CONCURRENCY}`, '--checkers', `${CONCURRENCY}`]
  return {
    name: 'rclone sync',
    publish: async (site) => run('rclone', ['sync', ...args, site, `lab:${bucket}/${prefix}`], { ...process.env, ...remote }),
  }
}

function s3cmd(bench: Bench): Tool {
  const { bucket, prefix = '', endpoint = '', credentials } = freshBucket(bench)
  const host = new URL(endpoint).host
  const args = ['--no-ssl', `--host=${host}`, `--host-bucket=${host}`, '--config=/dev/null', '--quiet']
  const keys = [`--access_key=${credentials?.accessKeyId}`, `--secret_key=${credentials?.secretAccessKey}`]
  return {
    name: 's3cmd sync',
    publish: async (site) => run('s3cmd', ['sync', ...args, ...keys, `${site}/`, `s3://${bucket}/${prefix}`], process.env),
  }
}

function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv): void {
  if (spawnSync(program, ['--version']).error !== undefined) {
    execFileSync('apt-get', ['install', '-y', '--no-install-recommends', program], { stdio: 'ignore' })
  }
  execFileSync(program, args, { env, stdio: ['ignore', 'ignore', 'inherit'] })
}

async function bareLoop(options: S3Options, objects: readonly PublishedObject[]): Promise<void> {
  const { bucket: Bucket, prefix = '', endpoint = '', region = '', credentials } = options
  const client = new S3Client({ endpoint, region, forcePathStyle: true, ...(credentials === undefined ? {} : { credentials }) })
  const rest = objects.values()
  const lane = async () => {
    for (const { info, bytes } of rest) {
      await client.send(new PutObjectCommand({ Bucket, Key: `${prefix}${info.key}`, Body: bytes, ContentType: info.contentType }))
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, lane))
  client.destroy()
}

function counting(store: Store): Store & { count(): number; reset(): void } {
  let requests = 0
  const one =
    <A extends unknown[], R>(work: (...args: A) => R) =>
    (...args: A): R => {
      requests++
      return work(...args)
    }
  return {
    ...store,
    put: one(store.put),
    get: one(store.get),
    holds: one(store.holds),
    remove: (keys) => (keys.length === 0 ? store.remove(keys) : one(store.remove)(keys)),
    count: () => requests,
    reset() {
      requests = 0
    },
  }
}

function pages(count: number): readonly PublishedObject[] {
  return Array.from({ length: count }, (_, n) => object(`posts/p${n}/index.html`, `page ${n} ${filling()}`))
}

/** 4 kB, as a small page has. */
function filling(): string {
  return randomBytes(2_000).toString('hex')
}

function freshBucket(bench: Bench): S3Options {
  return { ...bench.bucket, prefix: `r${bench.fresh++}/` }
}

function freshIndex(bench: Bench): string {
  return join(bench.dir, `index-${bench.fresh++}.db`)
}

async function open(bench: Bench, options: S3Options): Promise<Publisher> {
  return await openPublisher(await s3Store(options), freshIndex(bench))
}

function write(site: string, key: string, bytes: Uint8Array): void {
  const path = join(site, key)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, bytes)
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

function list(times: readonly number[]): string {
  return times.map((time) => (time / 1000).toFixed(1)).join(' ')
}
