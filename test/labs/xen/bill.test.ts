import { afterAll, beforeAll, expect, it } from 'vitest'
import type { MachineRun } from '../../../src/meter/types.ts'
import { machineRuns } from '../../flows/audit.ts'
import { drowse, startProduct } from '../../flows/product.ts'
import { postForm } from '../../flows/visitor.ts'
import { type OwnLab, productImage, startLab } from './lab.ts'
import { onXen, patience, textsOf } from './site.ts'

/** How often the trace looks, and a busy computer's leave to be late. */
const LATE_NS = 500e6
/** Of the processor's time. */
const CPU_NS = 1e6

let lab: OwnLab

beforeAll(async () => {
  lab = await startLab([await productImage()])
  process.env.DROWSE_SSH_CONFIG = lab.sshConfig
})
afterAll(async () => await lab?.clear())

/** A stretch of time in which Xen saw the machine in one state, and the processor's time when it began. */
interface Stretch {
  readonly domain: string
  readonly state: string
  readonly ns: number
  readonly cpuNs: number
}

/** What the trace has seen, of one machine, whose domains follow one another. What still lasts is left out. */
async function traced(): Promise<readonly Stretch[]> {
  const lines = (await lab.run('cat /tmp/trace')).trim().split('\n')
  const seen = lines.map((line) => line.split(' '))
  return seen.slice(0, -1).map(([at, domain = '', state = '', cpu], index) => {
    return { domain, state, ns: Number(seen[index + 1]?.[0]) - Number(at), cpuNs: Number(cpu) }
  })
}

const lengthOf = (stretches: readonly Stretch[]) => stretches.reduce((sum, { ns }) => sum + ns, 0)
const awakeNs = ({ startedNs, endedNs }: MachineRun) => Number(endedNs - startedNs)
/** Of a run: what is the toolstack's and the connection's, and not yet or no longer the machine's. */
const wakingAndSleeping = ({ phases }: MachineRun) =>
  phases.reduce((sum, { name, ns }) => sum + (name === 'wake' || name === 'suspend' ? ns : 0), 0)

it('bills what Xen itself saw: awake, paused, saved, and the processor’s time', async () => {
  const place = onXen({ keepPausedFor: '20s', prices: { version: 'v1', currency: 'EUR', awakeHour: 1, memoryGbHour: 1 } })
  await lab.run('domain-trace >/tmp/trace 2>&1 </dev/null &')
  const product = await startProduct(place)
  const sinks = () => machineRuns(place.dataDir).filter(({ reason }) => reason === 'idle').length
  const comment = async (text: string) => {
    const before = product.batches().length
    expect((await postForm(product.url, { text })).status).toBeLessThan(400)
    await expect.poll(() => product.batches().length, patience).toBe(before + 1)
  }
  // The first sync is a run of its own.
  await expect.poll(() => machineRuns(place.dataDir).length, patience).toBe(1)
  await comment('One.')
  await comment('Two.')
  await expect.poll(sinks, patience).toBe(1)
  await comment('From the disk.')
  await comment('From memory.')
  await expect.poll(sinks, patience).toBe(2)
  expect(await textsOf(product)).toEqual(['One.', 'Two.', 'From the disk.', 'From memory.'])
  expect(await product.stop()).toBe(0)

  const runs = machineRuns(place.dataDir)
  expect(runs.map(({ from, to }) => `${from} ${to}`)).toEqual([
    'off paused',
    'paused paused',
    'paused paused',
    'paused saved',
    'saved paused',
    'paused paused',
    'paused saved',
  ])
  const trace = await traced()

  // Awake: Xen saw the domain run within each run of the meter, for all of it but what waking and sleeping took. A wake that failed, which on a busy computer the first
  // ones may, is free.
  const failed = product.batches().filter(({ error }) => error !== undefined).length
  const running = trace.filter(({ state }) => state === 'running')
  expect(running).toHaveLength(failed + runs.length)
  const awake = running.slice(failed)
  for (const [index, run] of runs.entries()) {
    const seenNs = awake[index]?.ns ?? 0
    expect(seenNs).toBeLessThan(awakeNs(run) + LATE_NS)
    expect(seenNs).toBeGreaterThan(awakeNs(run) - wakingAndSleeping(run) - LATE_NS)
  }

  // Asleep: between two runs it was paused, or not there, for all of that time, and for some of the waking and sleeping on both sides.
  const sleeps = runs.slice(1).map((next, index) => ({ run: runs[index] ?? next, next, seen: between(trace, awake, index) }))
  for (const { run, next, seen } of sleeps) {
    const sleptNs = Number(next.startedNs - run.endedNs)
    expect(seen.map(({ state }) => state)).toContain(run.to === 'paused' ? 'paused' : 'absent')
    expect(lengthOf(seen)).toBeGreaterThan(sleptNs - LATE_NS)
    expect(lengthOf(seen)).toBeLessThan(sleptNs + wakingAndSleeping(run) + wakingAndSleeping(next) + LATE_NS)
  }

  // The processor: Xen's counter stands while a domain is paused, so both read the very same. A machine that was saved comes back with a new one.
  let before = 0
  for (const [index, run] of runs.entries()) {
    const after = between(trace, awake, index).find(({ state }) => state === 'paused')?.cpuNs ?? 0
    if (run.cpuNs !== null) expect(Math.abs(run.cpuNs - (after - before))).toBeLessThan(CPU_NS)
    before = run.to === 'paused' ? after : 0
  }
  expect(runs.filter(({ cpuNs }) => cpuNs !== null)).toHaveLength(5)

  const { stdout } = await drowse(['bill', place.siteDir, '--data', place.dataDir, '--json'])
  const bill = JSON.parse(stdout)
  expect(bill.awakeNs).toBe(runs.reduce((sum, run) => sum + awakeNs(run), 0))
  const held = sleeps.filter(({ run }) => run.to === 'paused')
  const heldNs = held.reduce((sum, { run, next }) => sum + Number(next.startedNs - run.endedNs), 0)
  expect(bill.heldByteNs / (256 * 2 ** 20)).toBeCloseTo(heldNs, -6)
  place.clear()
})

/** What was seen after the machine's run of this number, until its next. */
function between(trace: readonly Stretch[], awake: readonly Stretch[], number: number): readonly Stretch[] {
  const at = (run: number) => {
    const stretch = awake[run]
    return stretch === undefined ? trace.length : trace.indexOf(stretch)
  }
  return trace.slice(at(number) + 1, at(number + 1))
}
