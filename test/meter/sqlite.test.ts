import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
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

/** As an earlier version made it. */
function makeOld(path: string): void {
  const old = new DatabaseSync(path)
  old.exec(`create table machine_run (id integer primary key, site text not null, driver text not null, boot_id text not null,
      started_ns integer not null, ended_ns integer not null, started_at text not null, from_tier text not null, to_tier text not null,
      reason text not null, writes integer not null, phases text not null, wake_share real not null) strict;
      insert into machine_run values (1, 'a', 'process', 'boot', 1, 2, '2026-01-01T00:00:00.000Z', 'off', 'paused', 'write', 1, '[]', 0.5)`)
  old.close()
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

  it('gives the runs of a time with the one before and the one after, however far away they are', () => {
    for (const startedAt of ['2025-01-01', '2026-01-01', '2026-03-05', '2026-03-06', '2026-09-01', '2027-01-01'])
      meter.record({ ...run, startedAt: `${startedAt}T00:00:00.000Z` })
    meter.record({ ...run, site: 'b', startedAt: '2026-03-05T00:00:00.000Z' })
    const days = (runs: readonly MachineRun[]) => runs.map(({ startedAt }) => startedAt.slice(0, 10))
    const march = ['2026-03-01T00:00:00.000Z', '2026-04-01T00:00:00.000Z'] as const
    expect(days(meter.between('a', ...march))).toEqual(['2026-03-05', '2026-03-06'])
    expect(days(meter.around('a', ...march))).toEqual(['2026-01-01', '2026-03-05', '2026-03-06', '2026-09-01'])
    expect(days(meter.around('a', '2028-01-01', '2028-02-01'))).toEqual(['2027-01-01'])
  })

  it('keeps its rows when it is opened again', () => {
    meter.record(run)
    meter.close()
    meter = sqliteMeter(file)
    expect(meter.runs('a', 10)).toEqual([{ ...run, id: 1, freedFor: null }])
  })

  it('goes on with a meter of an older version, whose rows tell less', () => {
    meter.close()
    rmSync(file)
    makeOld(file)
    meter = sqliteMeter(file)
    meter.record(run)
    const [newer, older] = meter.runs('a', 10)
    expect(newer).toEqual({ ...run, id: 2, freedFor: null })
    expect(older).toMatchObject({ id: 1, reason: 'write', cpuNs: null, memoryBytes: null, prices: null, freedFor: null })
  })

  it('of an older version can be opened by many at once', async () => {
    const source = new URL('../../src/meter/sqlite.ts', import.meta.url).href
    for (let round = 0; round < 5; round++) {
      const old = join(folder, `old-${round}`)
      makeOld(old)
      // Each says that it is ready, and opens the file when all are.
      const gate = new Int32Array(new SharedArrayBuffer(8))
      const code = `const { workerData: { gate, file, source } } = require('node:worker_threads')
        import(source).then(({ sqliteMeter }) => {
          Atomics.add(gate, 0, 1); Atomics.wait(gate, 1, 0); sqliteMeter(file).close()
        })`
      const readers = Array.from({ length: 4 }, () => new Worker(code, { eval: true, workerData: { gate, file: old, source } }))
      const ended = Promise.all(readers.map((reader) => once(reader, 'exit')))
      await vi.waitFor(() => expect(Atomics.load(gate, 0)).toBe(4), 20_000)
      Atomics.store(gate, 1, 1)
      Atomics.notify(gate, 1)
      expect(await ended).toEqual([[0], [0], [0], [0]])
    }
  })

  it('frees a run once, and keeps it with the reason', () => {
    meter.record(run)
    expect(meter.free('a', 1, '2026-02-01T00:00:00.000Z', 'our fault')).toBe(true)
    expect(meter.free('a', 1, '2026-02-02T00:00:00.000Z', 'again')).toBe(false)
    expect(meter.free('b', 1, '2026-02-02T00:00:00.000Z', 'another site')).toBe(false)
    expect(meter.runs('a', 1)).toEqual([{ ...run, id: 1, freedFor: 'our fault' }])
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
