/**
 * `npm run lab:qemu`: how long a virtual machine takes for each verb, with a process machine beside it, measured in the same run. Milliseconds, median and range; a wake
 * is over when the guest has answered, a suspend when the machine was seen to be at its tier.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bestAccelerator } from '../../../src/machines/drivers/qemu/command.ts'
import type { MachineDriver, Tier } from '../../../src/machines/types.ts'
import { counterDriver } from '../../machines/counter-driver.ts'
import { counterImage, counterMachines, LAB } from './lab.ts'

const ROUNDS: Readonly<Record<Tier, number>> = { paused: 20, saved: 5, off: 3 }
const TIERS: readonly Tier[] = ['paused', 'saved', 'off']

type Times = Record<Tier, { suspend: number[]; wake: number[] }>

async function measure(driver: MachineDriver): Promise<Times> {
  const times: Times = { paused: { suspend: [], wake: [] }, saved: { suspend: [], wake: [] }, off: { suspend: [], wake: [] } }
  const soon = () => AbortSignal.timeout(180_000)
  try {
    await driver.wake('a', soon())
    for (const tier of TIERS.filter((each) => each !== 'saved' || driver.capabilities.save)) {
      for (let round = 0; round < ROUNDS[tier]; round++) {
        const start = performance.now()
        await driver.suspend('a', tier, soon())
        const asleep = performance.now()
        const { from } = await driver.wake('a', soon())
        if (from !== tier) throw new Error(`Woken from ${from} instead of ${tier}.`)
        times[tier].suspend.push(asleep - start)
        times[tier].wake.push(performance.now() - asleep)
      }
    }
  } finally {
    await driver.close()
  }
  return times
}

function told(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b)
  const [low, middle, high] = [0, Math.floor(sorted.length / 2), sorted.length - 1].map((index) => sorted[index])
  if (low === undefined || middle === undefined || high === undefined) return '–'
  const digits = middle < 100 ? 1 : 0
  return `${middle.toFixed(digits)} (${low.toFixed(digits)}–${high.toFixed(digits)})`
}

const root = mkdtempSync(join(tmpdir(), 'drowse-qemu-'))
try {
  console.error('Building the image …')
  const image = await counterImage(LAB)
  const machine = await measure(counterMachines(root, image))
  const peer = await measure(counterDriver(join(root, 'process')))
  console.log(`qemu with ${bestAccelerator()}, 256 MB, against a process; ms, median (range)\n`)
  console.log('| Tier | suspend, qemu | wake → answer, qemu | suspend, process | wake → answer, process |')
  console.log('| --- | ---: | ---: | ---: | ---: |')
  for (const tier of TIERS) {
    const cells = [machine[tier].suspend, machine[tier].wake, peer[tier].suspend, peer[tier].wake].map(told)
    console.log(`| ${tier} | ${cells.join(' | ')} |`)
  }
} finally {
  rmSync(root, { recursive: true, force: true })
}
