import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { headersOf } from '../../src/publish/headers.ts'
import { openPublisher } from '../../src/publish/publisher.ts'
import { HASH_METADATA, s3Client } from '../../src/publish/stores/s3/client.ts'
import { type S3Options, s3Store } from '../../src/publish/stores/s3.ts'
import type { PublishedObject } from '../../src/publish/types.ts'
import { newBucket } from '../labs/s3/buckets.ts'
import { startLab } from '../labs/s3/ceph.ts'
import { object } from '../publish/objects.ts'
import { bar, median, table } from './report.ts'
import { countRequests } from './s3/requests.ts'
import { CONCURRENCY, drowse, rclone, s3cmd, type Tool } from './s3/tools.ts'

const PAGES = 5_000
const BIG_SITE_PAGES = 10_000
const SINGLE_ROUNDS = 25
const FIRST_ROUNDS = 3
/** Of first publishes by other tools, which take long, and of the other phases. */
const PEER_FIRST_ROUNDS = 2
const PEER_ROUNDS = 5

/**
 * The publisher on a real Ceph RGW against a bare loop of puts, `rclone sync` and `s3cmd sync`, all in one run. What is compared takes turns, so that what the
 * computer does meanwhile meets all alike, and ratios are medians of the turns’ ratios.
 */
export async function benchS3(): Promise<string> {
  const { lab, stop } = await startLab((line) => console.error(line))
  const dir = mkdtempSync(join(tmpdir(), 'drowse-bench-s3-'))
  const bench = { dir, bucket: await newBucket(lab), fresh: 0 }
  try {
    const parts: string[] = []
    for (const part of [benchFirst, benchOnePage, benchPeers]) {
      parts.push(await part(bench))
      console.error(`${parts.at(-1)}\n`)
    }
    return parts.join('\n\n')
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
  const objects = pages(PAGES)
  const [bare, ours]: [number[], number[]] = [[], []]
  // One that is not counted warms both programs and the server up.
  await bareLoop(freshPlace(bench), objects.slice(0, 500))
  for (let round = 0; round < FIRST_ROUNDS; round++) {
    const turns = [
      async () => bare.push(await timed(() => bareLoop(freshPlace(bench), objects))),
      async () => {
        const publisher = await openPublisher(await s3Store(freshPlace(bench)), freshIndex(bench))
        ours.push(await timed(() => publisher.publish({ outbox: 1, objects, removed: [] })))
        publisher.close()
      },
    ]
    for (const turn of round % 2 === 0 ? turns : turns.toReversed()) await turn()
  }
  const speed = median(bare.map((time, round) => time / (ours[round] ?? Number.NaN)))
  return [
    `First publish of ${PAGES} pages of 4 kB, ${CONCURRENCY} at once, ${FIRST_ROUNDS} rounds (s):`,
    table(
      ['', 'median', 'all'],
      [
        ['bare SDK put loop, same client, same headers', median(bare) / 1000, list(bare)],
        ['drowse', median(ours) / 1000, list(ours)],
      ],
    ),
    `${speed >= 0.9 ? 'within' : 'OVER  '}  speed against the bare loop: ${speed.toFixed(2)} (bar: at least 0.9)`,
  ].join('\n')
}

async function benchOnePage(bench: Bench): Promise<string> {
  const store = await s3Store(freshPlace(bench))
  const publisher = await openPublisher(store, freshIndex(bench))
  await publisher.publish({ outbox: 1, objects: pages(BIG_SITE_PAGES), removed: [] })
  const [puts, ours, requests]: [number[], number[], number[]] = [[], [], []]
  for (let round = 0; round < SINGLE_ROUNDS; round++) {
    const elsewhere = object(`elsewhere/${round}/index.html`, filling())
    puts.push(await timed(() => store.put(`site/${elsewhere.info.key}`, elsewhere.bytes, elsewhere.info)))
    // A page that was never changed before, each time.
    const page = object(`posts/p${round * 7}/index.html`, `changed ${round} ${filling()}`)
    const count = countRequests()
    ours.push(await timed(() => publisher.publish({ outbox: 1, objects: [page], removed: [] })))
    requests.push(count())
  }
  publisher.close()
  return [
    `One changed page in a site of ${BIG_SITE_PAGES}, median of ${SINGLE_ROUNDS} (ms):`,
    table(
      ['', 'median', 'slowest'],
      [
        ['a put of the page', median(puts), Math.max(...puts)],
        ['drowse', median(ours), Math.max(...ours)],
      ],
    ),
    bar('requests on the wire, the most', Math.max(...requests), 3),
    bar('ms over the put itself', median(ours.map((time, round) => time - (puts[round] ?? Number.NaN))), 50),
  ].join('\n')
}

async function benchPeers(bench: Bench): Promise<string> {
  const site = join(bench.dir, 'site')
  const write = ({ info, bytes }: PublishedObject) => {
    const path = join(site, info.key)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, bytes)
  }
  for (const page of pages(PAGES)) write(page)
  const make = () => [drowse(freshPlace(bench), freshIndex(bench)), rclone(freshPlace(bench)), s3cmd(freshPlace(bench))]
  let tools = make()
  const phases: Record<string, number[][]> = { first: [], 'no change': [], 'one page': [] }
  const turn = async (phase: string, round: number) => {
    const order = tools.map((_, at) => (at + round) % tools.length)
    const times: number[] = []
    for (const at of order) times[at] = await timed(async () => tools[at]?.publish(site))
    phases[phase]?.push(times)
  }
  for (let round = 0; round < PEER_FIRST_ROUNDS; round++) {
    if (round > 0) tools = make()
    await turn('first', round)
  }
  for (let round = 0; round < PEER_ROUNDS; round++) {
    await turn('no change', round)
    write(object(`posts/p${round * 7}/index.html`, `changed ${round} ${filling()}`))
    await turn('one page', round)
  }
  return [
    `A folder of ${PAGES} pages with other tools, each as a process of its own with its start, ${CONCURRENCY} transfers at once where it has such a setting, medians in s and as multiples of drowse:`,
    table(['', ...Object.keys(phases).flatMap((phase) => [phase, ''])], rows(tools, Object.values(phases))),
    ...tools.map(({ name, told }) => `${name}: ${told}`),
  ].join('\n')
}

function rows(
  tools: readonly Tool[],
  phases: readonly (readonly (readonly number[])[])[],
): readonly (readonly (string | number)[])[] {
  const of = (times: readonly number[], at: number) => times[at] ?? Number.NaN
  return tools.map(({ name }, at) => [
    name,
    ...phases.flatMap((rounds) => [
      median(rounds.map((times) => of(times, at))) / 1000,
      `${median(rounds.map((times) => of(times, at) / of(times, 0))).toFixed(1)}×`,
    ]),
  ])
}

async function bareLoop(options: S3Options, objects: readonly PublishedObject[]): Promise<void> {
  const { bucket: Bucket, prefix = '' } = options
  const client = s3Client(options)
  const rest = objects.values()
  const lane = async () => {
    for (const { info, bytes } of rest) {
      const Key = `${prefix}site/${info.key}`
      const { contentType, cacheControl } = headersOf(`site/${info.key}`, info)
      const Metadata = { [HASH_METADATA]: info.hash }
      await client.send(
        new PutObjectCommand({ Bucket, Key, Body: bytes, ContentType: contentType, CacheControl: cacheControl, Metadata }),
      )
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, lane))
  client.destroy()
}

function pages(count: number): readonly PublishedObject[] {
  return Array.from({ length: count }, (_, n) => object(`posts/p${n}/index.html`, `page ${n} ${filling()}`))
}

/** 4 kB of words, as a small page has: no two alike, and they compress about as prose does. */
function filling(): string {
  return Array.from({ length: 650 }, () => Math.floor(Math.random() * 2000).toString(36) + 'aeiou'[Math.floor(Math.random() * 5)])
    .join(' ')
    .padEnd(4000, ' and')
}

function freshPlace(bench: Bench): S3Options {
  return { ...bench.bucket, prefix: `r${bench.fresh++}/` }
}

function freshIndex(bench: Bench): string {
  return join(bench.dir, `index-${bench.fresh++}.db`)
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

function list(times: readonly number[]): string {
  return times.map((time) => (time / 1000).toFixed(1)).join(' ')
}
