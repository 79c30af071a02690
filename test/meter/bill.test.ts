import { describe, expect, it } from 'vitest'
import { billOf } from '../../src/meter/bill.ts'
import type { NumberedRun } from '../../src/meter/types.ts'

const SECOND = 1_000_000_000n
const HOUR = 3600n * SECOND
const PRICES = { version: '1', currency: 'EUR', awakeHour: 0.36, memoryGbHour: 0.01 }
const BEGAN = Date.parse('2026-11-10T00:00:00Z')

/** A run that began so many seconds after the tenth of November and took one, of a machine that held a gigabyte. */
function run(second: bigint, more: Partial<NumberedRun> = {}): NumberedRun {
  return {
    id: Number(second),
    site: 'a',
    driver: 'process',
    bootId: 'boot',
    startedNs: second * SECOND,
    endedNs: (second + 1n) * SECOND,
    startedAt: new Date(BEGAN + Number(second) * 1000).toISOString(),
    from: 'paused',
    to: 'paused',
    reason: 'write',
    writes: 1,
    phases: [],
    wakeShare: 0.1,
    cpuNs: 500_000_000,
    memoryBytes: 1_000_000_000,
    prices: PRICES,
    freedFor: null,
    ...more,
  }
}

describe('the bill of a month', () => {
  it('adds up the time awake and the memory held between runs', () => {
    const bill = billOf([run(0n, { from: 'off' }), run(3601n), run(7202n, { to: 'off', reason: 'idle', writes: 0 })], '2026-11')
    expect(bill).toMatchObject({ runs: 3, writes: 2, freeRuns: 0, awakeNs: 3e9, cpuNs: 1.5e9 })
    expect(bill.heldByteNs).toBe(2 * Number(HOUR) * 1e9)
    expect(bill.lines).toHaveLength(1)
    expect(bill.lines[0]?.amount).toBeCloseTo(3 * (0.36 / 3600) + 2 * 0.01, 12)
  })

  it('has the same month of a machine that never sleeps beside it', () => {
    const { alwaysOn } = billOf([run(0n)], '2026-11')
    expect(alwaysOn.awakeNs).toBe(720 * Number(HOUR))
    expect(alwaysOn.amount).toBeCloseTo(720 * 0.36, 9)
  })

  it.each([
    ['a gateway that died', run(3601n, { from: 'off' })],
    ['another boot of the host', run(3601n, { bootId: 'later', startedNs: 5n, endedNs: 6n })],
  ])('asks nothing for sleep that ended in %s', (_, next) => {
    expect(billOf([run(0n), next], '2026-11').heldByteNs).toBe(0)
  })

  it('asks nothing for what failed, nor for what a correction frees', () => {
    const bill = billOf([run(0n, { reason: 'failed', writes: 0 }), run(1n, { freedFor: 'our fault' }), run(2n)], '2026-11')
    expect(bill).toMatchObject({ runs: 3, freeRuns: 2, awakeNs: 1e9 })
    expect(bill.lines[0]?.awakeNs).toBe(1e9)
  })

  it('counts a run for the month it began in, and sleep for each month it was in', () => {
    const untilMidnight = 21n * 24n * 3600n - 1800n
    const runs = [run(untilMidnight - 1n), run(untilMidnight + 3600n)]
    const [november, december] = [billOf(runs, '2026-11'), billOf(runs, '2026-12')]
    expect([november.runs, december.runs]).toEqual([1, 1])
    expect([november.heldByteNs, december.heldByteNs]).toEqual([1800e18, 1800e18])
  })

  it('keeps apart what ran at other prices, and what had none', () => {
    const dearer = { ...PRICES, version: '2', awakeHour: 0.72 }
    const bill = billOf([run(0n, { prices: null }), run(1n), run(2n, { prices: dearer })], '2026-11')
    expect(bill.lines.map(({ prices, awakeNs }) => [prices.version, awakeNs])).toEqual([
      ['1', 1e9],
      ['2', 1e9],
    ])
    expect(bill.awakeNs).toBe(3e9)
  })
})
