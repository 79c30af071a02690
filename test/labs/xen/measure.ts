/** What `npm run lab:xen:measure` prints: how long each verb takes on the lab, what of a hot one is whose, and what of whole comments' time is waking and sleeping. */
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from '../../../src/machines/drivers/xen/connection.ts'
import { sshHost } from '../../../src/machines/drivers/xen/host.ts'
import { readNote } from '../../../src/machines/drivers/xen/note.ts'
import type { Image } from '../../../src/machines/image/types.ts'
import type { Tier } from '../../../src/machines/types.ts'
import { greet } from '../../../src/protocol/greet.ts'
import { startProduct, workplace } from '../../flows/product.ts'
import { postForm } from '../../flows/visitor.ts'
import type { RunningLab } from './boot.ts'
import { xenMachines } from './lab.ts'

const ROUNDS: Readonly<Record<Tier, number>> = { paused: 20, saved: 3, off: 3 }
const COMMENTS = 21

const soon = () => AbortSignal.timeout(240_000)

/** Milliseconds: median and range. */
function told(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b)
  const digits = medianOf(values) < 100 ? 1 : 0
  return `${medianOf(values).toFixed(digits)} (${sorted[0]?.toFixed(digits)}–${sorted.at(-1)?.toFixed(digits)})`
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

async function timed(values: number[], work: () => Promise<unknown>): Promise<void> {
  const start = performance.now()
  await work()
  values.push(performance.now() - start)
}

/** By tier. */
export async function measureTiers({ sshConfig }: RunningLab, image: Image): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'drowse-xen-'))
  const driver = xenMachines(root, image, sshConfig)
  const medians = new Map<Tier, number>()
  console.log('| Tier | suspend | wake → answer |\n| --- | ---: | ---: |')
  try {
    await driver.wake('a', soon())
    for (const tier of ['paused', 'saved', 'off'] as const) {
      const [suspends, wakes]: [number[], number[]] = [[], []]
      for (let round = 0; round < ROUNDS[tier]; round++) {
        await timed(suspends, () => driver.suspend('a', tier, soon()))
        await timed(wakes, async () => {
          const { from } = await driver.wake('a', soon())
          if (from !== tier) throw new Error(`Woken from ${from} instead of ${tier}.`)
        })
      }
      medians.set(tier, medianOf(wakes))
      console.log(`| ${tier} | ${told(suspends)} | ${told(wakes)} |`)
    }
    const ratio = (medians.get('off') ?? 0) / (medians.get('paused') ?? 1)
    console.log(`\npaused → answer is ${ratio.toFixed(0)} times as fast as create → answer; at least 20 is wanted.\n`)
    await driver.suspend('a', 'paused', soon())
  } finally {
    await driver.close()
    rmSync(root, { recursive: true, force: true })
  }
}

/** Of a paused machine's wake and suspend, by what takes it. */
export async function measureParts({ sshConfig }: RunningLab, image: Image): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'drowse-xen-'))
  const driver = xenMachines(root, image, sshConfig)
  const host = sshHost({ destination: 'dom0', configFile: sshConfig })
  const beside = await connect(host)
  const parts = {
    way: [] as number[],
    unpause: [] as number[],
    unpauseXen: [] as number[],
    guest: [] as number[],
    pause: [] as number[],
    pauseXen: [] as number[],
    xl: [] as number[],
  }
  try {
    const { link } = await driver.wake('a', soon())
    const name = (await readNote(join(root, 'a'), 'dom0'))?.domain ?? ''
    for (let round = 0; round < ROUNDS.paused; round++) {
      await timed(parts.pause, async () => parts.pauseXen.push((await beside.agent.pause(name, soon())).xenNs / 1e6))
      await timed(parts.way, () => beside.agent.memory(soon()))
      await timed(parts.unpause, async () => parts.unpauseXen.push((await beside.agent.unpause(name, soon())).xenNs / 1e6))
      await timed(parts.guest, () => greet(link, Date.now(), 1, soon()))
    }
    for (let round = 0; round < 5; round++) await timed(parts.xl, () => host.run(`xl pause ${name} && xl unpause ${name}`))
  } finally {
    await beside.close()
    host.close()
    await driver.close()
    rmSync(root, { recursive: true, force: true })
  }
  console.log('| Part | ms, median (range) |\n| --- | ---: |')
  console.log(`| ssh and the agent, there and back, with nothing to do for Xen | ${told(parts.way)} |`)
  console.log(`| unpause, whole | ${told(parts.unpause)} |`)
  console.log(`| – of it inside the agent: the hypercalls, with the state read back | ${told(parts.unpauseXen)} |`)
  console.log(`| the guest’s answer to the nonce | ${told(parts.guest)} |`)
  console.log(`| pause, whole | ${told(parts.pause)} |`)
  console.log(`| – of it inside the agent | ${told(parts.pauseXen)} |`)
  console.log(`| for comparison: \`xl pause\` and \`xl unpause\`, over the same connection | ${told(parts.xl)} |\n`)
}

/** Of whole comments, from the POST to the paused machine. */
export async function measureComments(): Promise<void> {
  const place = workplace()
  appendFileSync(join(place.siteDir, 'site.yaml'), 'machine: {driver: xen, host: dom0, memoryMb: 256}\n')
  const product = await startProduct(place)
  const answers: number[] = []
  for (let number = 0; number < COMMENTS; number++) {
    const before = product.batches().length
    await timed(answers, () => postForm(product.url, { text: `Comment ${number}.` }))
    while (product.batches().length === before) await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const last = product.batches().slice(-COMMENTS)
  const shares = last.flatMap(({ from, wakeShare }) => (from === 'paused' && wakeShare !== null ? [wakeShare * 100] : []))
  await product.stop()
  place.clear()
  console.log(
    `${shares.length} comments that woke a paused machine: POST → answer ${told(answers)} ms; wake share ${told(shares)} %; at most 10 is wanted.`,
  )
}
