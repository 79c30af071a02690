import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bestAccelerator } from '../../src/machines/drivers/qemu/command.ts'
import type { MachineDriver, Tier } from '../../src/machines/types.ts'
import { containers, guestImage } from '../labs/lxc/lab.ts'
import { counterMachines } from '../labs/qemu/lab.ts'
import { counterDriver } from '../machines/counter-driver.ts'
import { writeCorpus } from './corpus.ts'
import { comment, type Gateway, startGateway, stopGateway } from './gateway.ts'
import { bar, median, percentile, table } from './report.ts'

const DRIVERS = ['process', 'lxc', 'qemu'] as const
const TIERS: readonly Tier[] = ['paused', 'saved', 'off']
const ROUNDS: Readonly<Record<Tier, number>> = { paused: 50, saved: 5, off: 3 }
const POSTS = 100
const WARM_UP = 10
const WRITES = 60
const PHASES = ['queue', 'wake', 'apply', 'render', 'transfer', 'publish', 'record', 'suspend']

/** A cold start of an emulated machine on a busy host takes its time. */
const soon = () => AbortSignal.timeout(180_000)

/**
 * Every driver that runs on this host without a hypervisor, side by side. First the driver alone with a guest that only counts: how long each tier takes to suspend and to wake from, to the
 * answer. Then whole comments through `drowse start`, from POST to the suspended machine. Needs the programs of the labs of lxc and qemu, and the rights of the first.
 */
export async function benchMachines(): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'drowse-bench-'))
  try {
    return `${await benchTiers(dir)}\n\n${await benchShares(dir)}`
  } finally {
    rmSync(dir, { recursive: true })
  }
}

async function benchTiers(dir: string): Promise<string> {
  const image = await guestImage('counter')
  const drivers = {
    process: counterDriver(join(dir, 'p')),
    lxc: containers(join(dir, 'l'), image),
    qemu: counterMachines(join(dir, 'q'), image),
  }
  const rows: (string | number)[][] = []
  for (const name of DRIVERS) {
    for (const tier of TIERS.filter((each) => each !== 'saved' || drivers[name].capabilities.save)) {
      const { suspend, wake } = await measure(drivers[name], tier)
      rows.push([`${name}, ${tier}`, median(suspend), percentile(suspend, 0.95), median(wake), percentile(wake, 0.95)])
    }
    await drivers[name].close()
  }
  return [
    `The driver alone, a guest that counts, qemu with ${bestAccelerator()}; ms`,
    table(['', 'suspend p50', 'p95', 'wake → answer p50', 'p95'], rows),
  ].join('\n')
}

async function measure(driver: MachineDriver, tier: Tier) {
  const [suspend, wake]: [number[], number[]] = [[], []]
  await driver.wake('a', soon())
  for (let round = 0; round < ROUNDS[tier]; round++) {
    const start = performance.now()
    await driver.suspend('a', tier, soon())
    const asleep = performance.now()
    const { from } = await driver.wake('a', soon())
    if (from !== tier) throw new Error(`Woken from ${from} instead of ${tier}.`)
    suspend.push(asleep - start)
    wake.push(performance.now() - asleep)
  }
  return { suspend, wake }
}

async function benchShares(dir: string): Promise<string> {
  await buildImage()
  const gateways: Gateway[] = []
  try {
    for (const driver of DRIVERS) {
      const site = join(dir, driver)
      writeCorpus(site, POSTS)
      appendFileSync(join(site, 'site.yaml'), `machine: { driver: ${driver}, memoryMb: 256 }\n`)
      gateways.push(await startGateway(site, POSTS))
    }
    for (let round = 0; round < WARM_UP + WRITES; round++) {
      if (round === WARM_UP) for (const gateway of gateways) gateway.forget()
      for (const gateway of gateways) await comment(gateway, round)
    }
    return report(gateways)
  } finally {
    for (const gateway of gateways) await stopGateway(gateway)
  }
}

function report(gateways: readonly Gateway[]): string {
  const rows = gateways.flatMap(({ batches, latencies }, index) => {
    const row = (name: string, values: readonly number[]) => [
      name,
      median(values),
      percentile(values, 0.95),
      percentile(values, 1),
    ]
    const phase = (name: string) => batches.map(({ phases }) => (phases.find((one) => one.name === name)?.ns ?? 0) / 1e6)
    return [
      row(`${DRIVERS[index]}, POST → 303`, latencies),
      ...PHASES.map((name) => row(`  ${name}`, phase(name))),
      row('  wake share, %', batches.map(share)),
    ]
  })
  const tiers = new Set(gateways.flatMap(({ batches }) => batches.map(({ from }) => from)))
  return [
    `A comment through \`drowse start\`, ${POSTS} posts, ${WRITES} each in turns, woken from ${[...tiers].join(', ')}; ms`,
    table(['', 'p50', 'p95', 'max'], rows),
    ...gateways.map(({ batches }, index) =>
      bar(`${DRIVERS[index]}: wake share with suspend, p50 in %`, median(batches.map(share)), 10),
    ),
  ].join('\n')
}

const share = ({ wakeShare }: { readonly wakeShare: number }) => wakeShare * 100

/** Of this version, with the real guest. */
async function buildImage(): Promise<void> {
  const main = join(import.meta.dirname, '..', '..', 'src', 'cli', 'drowse.js')
  const child = spawn(process.execPath, [main, 'image', 'build'], { stdio: ['ignore', 'ignore', 'inherit'] })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`drowse image build ended with ${code}.`)
}
