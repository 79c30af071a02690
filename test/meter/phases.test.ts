import { expect, it } from 'vitest'
import { percentiles } from '../../src/meter/percentiles.ts'
import { phasesOf } from '../../src/meter/phases.ts'
import type { MachineRun } from '../../src/meter/types.ts'

const run = (from: string, wakeNs: number, more: Partial<MachineRun> = {}): MachineRun => ({
  site: 'a',
  driver: 'process',
  bootId: 'boot',
  startedNs: 0n,
  endedNs: 10_000n,
  startedAt: '2026-11-10T00:00:00.000Z',
  from,
  to: 'paused',
  reason: 'write',
  writes: 1,
  phases: [
    { name: 'wake', ns: wakeNs },
    { name: 'apply', ns: 5000 },
  ],
  wakeShare: wakeNs / 10_000,
  cpuNs: null,
  memoryBytes: null,
  prices: null,
  ...more,
})

it('tells where the time went by the tier a run began at, and looks only at what somebody waited for', () => {
  const idle = run('paused', 9000, { reason: 'idle', writes: 0 })
  const [paused, off, ...more] = phasesOf([run('paused', 100), run('paused', 300), idle, run('off', 7000)])
  expect(paused).toMatchObject({ from: 'paused', runs: 2, writes: 2, wakeShare: { p50: 0.01, max: 0.03 } })
  expect(paused?.phases[0]).toEqual({ name: 'wake', p50: 100, p95: 300, max: 300 })
  expect(off).toMatchObject({ from: 'off', runs: 1, whole: { p50: 10_000 } })
  expect(more).toEqual([])
})

it('takes percentiles by the nearest rank', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)
  expect(percentiles(hundred)).toEqual({ p50: 50, p95: 95, max: 100 })
  expect(percentiles([7])).toEqual({ p50: 7, p95: 7, max: 7 })
})
