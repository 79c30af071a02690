import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createDispatcher } from '../../src/dispatch/dispatcher.ts'
import { createMemoryBudget, tooMany } from '../../src/dispatch/memory-budget.ts'
import { systemClock } from '../../src/dispatch/system-clock.ts'
import { sqliteJournal } from '../../src/journal/sqlite.ts'
import { newWriteId } from '../../src/journal/write-id.ts'
import type { MachineRun } from '../../src/meter/types.ts'
import { openPublisher } from '../../src/publish/publisher.ts'
import { directoryStore } from '../../src/publish/stores/directory.ts'
import { counterDriver } from '../machines/counter-driver.ts'

const sleeper = (memoryBytes: number, writtenNs: bigint) => ({ memoryBytes, writtenNs, evict: vi.fn() })

describe('who has to go', () => {
  it.each([
    [100, []],
    [99, [1n]],
    [70, [1n]],
    [69, [1n, 2n]],
    [0, [1n, 2n, 3n]],
  ])('of 100 bytes where %i are allowed: the least recently written first', (limit, gone) => {
    const sleepers = [sleeper(40, 2n), sleeper(30, 3n), sleeper(30, 1n)]
    expect(tooMany(sleepers, limit).map(({ writtenNs }) => writtenNs)).toEqual(gone)
  })

  it('is told once, and counts no longer', () => {
    const budget = createMemoryBudget(50)
    const [old, recent] = [sleeper(40, 1n), sleeper(40, 2n)]
    budget.hold(recent)
    budget.hold(old)
    expect([old.evict.mock.calls.length, recent.evict.mock.calls.length]).toEqual([1, 0])
    expect(budget.heldBytes).toBe(40)
    budget.release(recent)
    expect(budget.heldBytes).toBe(0)
  })
})

describe('real machines whose memory is more than the budget', () => {
  const cleanups: (() => unknown)[] = []
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
  })

  async function host(limitBytes: number) {
    const root = realpathSync(mkdtempSync(join(tmpdir(), 'drowse-budget-')))
    cleanups.push(() => rmSync(root, { recursive: true, force: true }))
    const journal = sqliteJournal({ path: join(root, 'journal.db'), now: Date.now, newId: newWriteId })
    const driver = counterDriver(join(root, 'machines'))
    const publisher = await openPublisher(directoryStore(join(root, 'public')), join(root, 'index.db'))
    const runs: MachineRun[] = []
    const dispatcher = createDispatcher({
      journal,
      driver,
      publisher: () => publisher,
      meter: { record: (run) => void runs.push(run) },
      effects: journal.effects,
      clock: systemClock(),
      random: Math.random,
      bootId: 'boot',
      onBatch: () => undefined,
      budget: createMemoryBudget(limitBytes),
    })
    cleanups.push(async () => {
      await dispatcher.stop()
      await driver.close()
      publisher.close()
      journal.close()
    })
    const write = async (site: string) => {
      const before = runs.length
      const { entry } = await journal.accept({ site, kind: 'count', actor: { role: 'owner' }, payload: null, key: newWriteId() })
      dispatcher.notify(site)
      await dispatcher.settled(site, entry.write.id, 10_000)
      await vi.waitFor(() => expect(runs.slice(before).some((run) => run.site === site)).toBe(true))
    }
    const states = async () => await Promise.all(['a', 'b', 'c'].map((id) => driver.observe(id)))
    return { write, states, runs }
  }

  it('are turned off, the least recently written first, and wake cold for the next write', async () => {
    const measured = await host(Number.POSITIVE_INFINITY)
    await measured.write('a')
    const bytes = measured.runs[0]?.memoryBytes ?? 0
    expect(bytes).toBeGreaterThan(2 ** 20)
    const { write, states, runs } = await host(bytes * 2.5)
    await write('a')
    await write('b')
    expect(await states()).toEqual(['paused', 'paused', 'absent'])
    await write('c')
    await vi.waitFor(async () => expect(await states()).toEqual(['off', 'paused', 'paused']), 5000)
    await vi.waitFor(() => expect(runs.at(-1)).toMatchObject({ site: 'a', from: 'paused', to: 'off', reason: 'idle' }))
    await write('a')
    await vi.waitFor(async () => expect(await states()).toEqual(['paused', 'off', 'paused']), 5000)
    expect(runs.filter(({ site, from, writes }) => site === 'a' && from === 'off' && writes === 1)).toHaveLength(2)
  })
})
