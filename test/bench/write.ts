import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeCorpus } from './corpus.ts'
import { comment, type Gateway, startGateway, stopGateway } from './gateway.ts'
import { bar, median, percentile, table } from './report.ts'

const SIZES = [100, 1_000, 10_000]
const WARM_UP = 20
const ROUNDS = 150
const PHASES = ['queue', 'wake', 'apply', 'render', 'transfer', 'publish', 'record', 'suspend']

/**
 * A comment from POST to the published page, with the process driver and the directory store, through `drowse start` and real HTTP. Sites of three sizes take turns,
 * so that what disturbs one disturbs all; the machine sleeps before every write.
 */
export async function benchWrites(): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'drowse-bench-'))
  const gateways: Gateway[] = []
  try {
    for (const posts of SIZES) {
      const site = join(dir, String(posts))
      writeCorpus(site, posts)
      gateways.push(await startGateway(site, posts))
    }
    for (let round = 0; round < WARM_UP + ROUNDS; round++) {
      if (round === WARM_UP) for (const gateway of gateways) gateway.forget()
      for (const gateway of gateways) await comment(gateway, round)
    }
    return report(gateways)
  } finally {
    for (const gateway of gateways) await stopGateway(gateway)
    rmSync(dir, { recursive: true })
  }
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
