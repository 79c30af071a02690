import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sqliteMeter } from '../../src/meter/sqlite.ts'
import type { MachineRun } from '../../src/meter/types.ts'

const run: MachineRun = {
  site: 'a',
  driver: 'process',
  bootId: 'boot',
  startedNs: 2n ** 60n + 1n,
  endedNs: 2n ** 60n + 5_000_001n,
  startedAt: '2026-01-01T00:00:00.000Z',
  from: 'paused',
  to: 'paused',
  reason: 'write',
  writes: 2,
  phases: [
    { name: 'continue', ns: 20_000 },
    { name: 'ready', ns: 180_000 },
  ],
  wakeShare: 0.04,
  cpuNs: 3_000_000,
  memoryBytes: 90_000_000,
  prices: { version: '1', currency: 'EUR', awakeHour: 0.02, memoryGbHour: 0.005 },
}

describe('the meter in SQLite', () => {
  let folder: string
  let file: string
  let meter: ReturnType<typeof sqliteMeter>

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'drowse-meter-'))
    file = join(folder, 'meter.sqlite')
    meter = sqliteMeter(file)
  })
  afterEach(() => {
    meter.close()
    rmSync(folder, { recursive: true })
  })

  it('gives back a run as it was recorded, to the nanosecond', () => {
    meter.record(run)
    expect(meter.runs('a', 10)).toEqual([{ ...run, id: 1, freedFor: null }])
  })

  it('gives the newest runs of one site first, as many as asked for', () => {
    for (const writes of [1, 2, 3]) meter.record({ ...run, writes })
    meter.record({ ...run, site: 'b', writes: 9 })
    expect(meter.runs('a', 2).map(({ writes }) => writes)).toEqual([3, 2])
  })

  it('keeps its rows when it is opened again', () => {
    meter.record(run)
    meter.close()
    meter = sqliteMeter(file)
    expect(meter.runs('a', 10)).toEqual([{ ...run, id: 1, freedFor: null }])
  })

  it('refuses a run that ends before it starts', () => {
    expect(() => meter.record({ ...run, endedNs: run.startedNs - 1n })).toThrow(/constraint/i)
  })

  it.each(['update machine_run set writes = 0', 'delete from machine_run'])('lets nobody %s', (sql) => {
    meter.record(run)
    const other = new DatabaseSync(file)
    expect(() => other.exec(sql)).toThrow(/never/)
    other.close()
    expect(meter.runs('a', 10)).toEqual([{ ...run, id: 1, freedFor: null }])
  })
})
