import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { writeCorpus } from './corpus.ts'
import { bar, median, percentile, table } from './report.ts'

const SIZES = [100, 1_000, 10_000]
const WARM_UP = 20
const ROUNDS = 150
/** Long enough for the machine to be asleep again before the next write. */
const PAUSE_MS = 30
const PHASES = ['queue', 'wake', 'apply', 'render', 'transfer', 'publish', 'record', 'suspend']

interface Batch {
  readonly rendered: number
  readonly changed: number
  readonly from: string
  readonly phases: readonly { readonly name: string; readonly ns: number }[]
  readonly wakeShare: number
}

interface Gateway {
  readonly posts: number
  readonly url: string
  readonly batches: Batch[]
  readonly latencies: number[]
  readonly child: ChildProcess
}

/**
 * A comment from POST to the published page, with the process driver and the directory store, through `drowse start` and real HTTP. Sites of three sizes take turns,
 * so that what disturbs one disturbs all; the machine sleeps before every write.
 */
export async function benchWrites(): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'drowse-bench-'))
  const gateways: Gateway[] = []
  try {
    for (const posts of SIZES) gateways.push(await start(dir, posts))
    for (let round = 0; round < WARM_UP + ROUNDS; round++) {
      for (const gateway of gateways) await comment(gateway, round)
    }
    return report(gateways)
  } finally {
    for (const { child } of gateways) {
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
    rmSync(dir, { recursive: true })
  }
}

async function start(dir: string, posts: number): Promise<Gateway> {
  const site = join(dir, String(posts))
  writeCorpus(site, posts)
  const main = join(import.meta.dirname, '..', '..', 'src', 'cli', 'drowse.js')
  const child = spawn(process.execPath, [main, 'start', site, '--port', '0', '--json'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })
  const batches: Batch[] = []
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`drowse start ended with ${code}.`)))
    lines.on('line', (line) => {
      const value = JSON.parse(line)
      if (typeof value.url === 'string') resolve(value.url)
      if (value.batch) batches.push(value.batch)
    })
  })
  return { posts, url, batches, latencies: [], child }
}

async function comment(gateway: Gateway, round: number): Promise<void> {
  const page = `/posts/post-${1 + ((round * 13) % gateway.posts)}/`
  const before = gateway.batches.length
  const body = new URLSearchParams({ page, name: 'Ann', text: `A *comment*, number ${round}.` })
  const startedAt = performance.now()
  const response = await fetch(new URL('/-/comment.create', gateway.url), { method: 'POST', body, redirect: 'manual' })
  const ms = performance.now() - startedAt
  if (response.status !== 303) throw new Error(`The comment was answered ${response.status}: ${await response.text()}`)
  await response.arrayBuffer()
  while (gateway.batches.length === before) await sleep(1)
  await sleep(PAUSE_MS)
  if (round === WARM_UP - 1) gateway.batches.length = 0
  if (round >= WARM_UP) gateway.latencies.push(ms)
}

function report(gateways: readonly Gateway[]): string {
  const rows = gateways.flatMap(({ posts, batches, latencies }) => {
    const row = (name: string, values: readonly number[]) => [
      `${posts} posts, ${name}`,
      median(values),
      percentile(values, 0.95),
      percentile(values, 0.99),
    ]
    const phase = (name: string) => batches.map(({ phases }) => (phases.find((one) => one.name === name)?.ns ?? 0) / 1e6)
    return [
      row('POST → 303', latencies),
      ...PHASES.map((name) => row(`  ${name}`, phase(name))),
      row(
        '  wake share, %',
        batches.map(({ wakeShare }) => wakeShare * 100),
      ),
    ]
  })
  const [smallest, , largest] = gateways
  const ratio = median(largest?.latencies ?? []) / median(smallest?.latencies ?? [])
  const pages = new Set(gateways.flatMap(({ batches }) => batches.map(({ rendered }) => rendered)))
  const tiers = new Set(gateways.flatMap(({ batches }) => batches.map(({ from }) => from)))
  const share = Math.max(...gateways.map(({ batches }) => median(batches.map(({ wakeShare }) => wakeShare * 100))))
  return [
    `A comment, POST to published page, ms (${ROUNDS} each; woken from ${[...tiers].join(', ')}; pages rendered: ${[...pages].join(', ')})`,
    table(['', 'p50', 'p95', 'p99'], rows),
    bar('ratio of p50, 10,000 : 100 posts', ratio, 1.3),
    bar('wake share with suspend, p50 in %', share, 10),
  ].join('\n')
}
