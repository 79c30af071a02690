import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { MachineDriver, MachineId } from '../../src/machines/types.ts'
import type { GuestLink, Json } from '../../src/protocol/types.ts'

/** A driver on a fresh, empty place, whose machines run `test/fixtures/guests/counter.ts`, and a view of them from the host. */
export interface DriverUnderTest {
  readonly driver: MachineDriver
  /** Ends the machine behind the driver's back; returns once it is gone. */
  crash(id: MachineId): Promise<void>
  /** The CPU time the machine has used since it was started, in milliseconds. */
  cpuMs(id: MachineId): Promise<number>
  /** How many machines the host runs for this id, stopped ones included. */
  count(id: MachineId): Promise<number>
  /** Starts another process with a driver of its own on the same place, which wakes the machine and then lets it sleep at `tier`. */
  startGateway(id: MachineId, tier: 'running' | 'paused' | 'saved'): Promise<{ kill(): Promise<void> }>
  /** Of a driver that can save: spoils what is kept of a machine. */
  readonly saved?: {
    /** Cuts the memory image off in the middle. */
    truncate(id: MachineId): Promise<void>
    /** Changes the data behind the memory image's back. */
    changeData(id: MachineId): Promise<void>
  }
  /** Removes the place. */
  clear(): Promise<void>
}

/** How long this kind of machine may take. */
export interface Patience {
  /** For any verb. */
  readonly soonMs: number
  /** Within it a machine has booted, so that one which has not answered by then never will. */
  readonly bootMs: number
  /** Within it a machine is gone whose gateway was killed. */
  readonly goneMs?: number
  /** Whether a machine that was saved, or could not be, may come back cold now and then, as the manual's limits say. Its data is kept all the same. */
  readonly saveMayEndCold?: boolean
}

let soonMs = 10_000
const soon = () => AbortSignal.timeout(soonMs)

/** Sends one write of the counter guest's kinds and returns its result. */
export async function ask(link: GuestLink, kind: string, payload: Json = null, deadline = soon()): Promise<Json | undefined> {
  const write = { id: 'w', kind, payload, actor: { role: 'owner' }, acceptedAt: '2026-01-01T00:00:00.000Z', blobs: [] } as const
  for await (const { message } of link.exchange({ type: 'apply', batch: 'b', writes: [write] }, [], deadline)) {
    if (message.type === 'failed') throw new Error(message.message)
    const receipt = message.type === 'applied' ? message.receipts[0] : undefined
    if (receipt?.status === 'applied') return receipt.result
  }
  return undefined
}

/** The suite that every machine driver passes. `make` is called before each test. */
export function describeMachineDriver(
  name: string,
  capabilities: MachineDriver['capabilities'],
  make: () => Promise<DriverUnderTest>,
  patience: Patience = { soonMs: 10_000, bootMs: 2000 },
): void {
  const { goneMs = 1000 } = patience
  describe(`the machine driver ${name}`, () => {
    let host: DriverUnderTest
    let driver: MachineDriver

    beforeEach(async () => {
      soonMs = patience.soonMs
      host = await make()
      driver = host.driver
    })
    afterEach(async () => {
      await driver.close()
      await host.clear()
    })

    const wake = async (id = 'a') => await driver.wake(id, soon())

    describe('waking', () => {
      it('brings a machine that never was to running', async () => {
        expect(await driver.observe('a')).toBe('absent')
        const { from, phases } = await wake()
        expect(from).toBe('off')
        expect(phases.every((phase) => phase.ns >= 0)).toBe(true)
        expect(await driver.observe('a')).toBe('running')
      })

      it('says what it has: its capabilities are those the suite was told', () => {
        expect(driver.capabilities).toEqual(capabilities)
      })

      it('leaves a running machine as it is', async () => {
        await ask((await wake()).link, 'count')
        const again = await wake()
        expect(again.from).toBe('running')
        expect(await ask(again.link, 'count')).toEqual({ inMemory: 2, kept: 2 })
      })

      it('starts one machine for twenty wakes at once', async () => {
        const all = await Promise.all(Array.from({ length: 20 }, () => wake()))
        expect(all.filter(({ from }) => from === 'off')).toHaveLength(1)
        expect(await host.count('a')).toBe(1)
      })

      it('keeps machines of two ids apart', async () => {
        const [a, b] = await Promise.all([wake('a'), wake('b')])
        await ask(a.link, 'count')
        await driver.destroy('a')
        expect(await ask(b.link, 'count')).toEqual({ inMemory: 1, kept: 1 })
        expect(await driver.observe('a')).toBe('off')
      })

      it('starts nothing when the deadline has passed already', async () => {
        await expect(driver.wake('a', AbortSignal.abort())).rejects.toMatchObject({ code: 'machine-failed' })
        expect(await host.count('a')).toBe(0)
      })

      it('rejects at the deadline when the guest never answers, and leaves nothing running', async () => {
        await ask((await wake()).link, 'be mute from the next boot on')
        await driver.destroy('a')
        await expect(driver.wake('a', AbortSignal.timeout(patience.bootMs))).rejects.toMatchObject({ code: 'machine-failed' })
        expect(await host.count('a')).toBe(0)
      })

      it('works again after a wake that failed', async () => {
        await ask((await wake()).link, 'be mute at the next boot only')
        await driver.destroy('a')
        await expect(driver.wake('a', AbortSignal.timeout(patience.bootMs))).rejects.toMatchObject({ code: 'machine-failed' })
        expect(await ask((await wake()).link, 'count')).toEqual({ inMemory: 1, kept: 1 })
      })

      it('refuses a guest that echoes another nonce', async () => {
        await ask((await wake()).link, 'be stale from the next boot on')
        await driver.destroy('a')
        await expect(wake()).rejects.toMatchObject({ code: 'guest-refused' })
        expect(await host.count('a')).toBe(0)
      })
    })

    describe.runIf(capabilities.pause)('pausing', () => {
      const pause = async (id = 'a') => await driver.suspend(id, 'paused', soon())

      it('keeps the memory', async () => {
        await ask((await wake()).link, 'count')
        await pause()
        expect(await driver.observe('a')).toBe('paused')
        const { from, link } = await wake()
        expect(from).toBe('paused')
        expect(await ask(link, 'count')).toEqual({ inMemory: 2, kept: 2 })
      })

      it('stops a busy guest from using the CPU', async () => {
        await ask((await wake()).link, 'burn cpu')
        const before = await host.cpuMs('a')
        await sleep(200)
        expect(await host.cpuMs('a')).toBeGreaterThan(before)
        await pause()
        const atRest = await host.cpuMs('a')
        await sleep(200)
        expect(await host.cpuMs('a')).toBe(atRest)
      })

      it('can be asked for twice', async () => {
        await wake()
        await pause()
        await pause()
        expect(await driver.observe('a')).toBe('paused')
      })

      it('rejects where there is nothing to pause', async () => {
        await expect(pause()).rejects.toMatchObject({ code: 'machine-failed' })
      })

      it('is finished before a wake that was asked for meanwhile begins', async () => {
        await wake()
        const pausing = pause()
        const { from } = await wake()
        await pausing
        expect(from).toBe('paused')
        expect(await driver.observe('a')).toBe('running')
      })

      it('survives a hundred rounds with the same memory', async () => {
        let { link } = await wake()
        for (let round = 0; round < 100; round++) {
          await ask(link, 'count')
          await pause()
          link = (await wake()).link
        }
        expect(await ask(link, 'count')).toEqual({ inMemory: 101, kept: 101 })
      })

      it('is followed by a cold start when the machine was killed in its sleep', async () => {
        await ask((await wake()).link, 'count')
        await pause()
        await host.crash('a')
        expect(await driver.observe('a')).toBe('off')
        const { from, link } = await wake()
        expect(from).toBe('off')
        expect(await ask(link, 'count')).toEqual({ inMemory: 1, kept: 2 })
      })

      it('is followed by a cold start when the guest answers with an older nonce', async () => {
        await ask((await wake()).link, 'answer with this nonce again')
        await pause()
        const { from, link } = await wake()
        expect(from).toBe('off')
        expect(await ask(link, 'count')).toEqual({ inMemory: 1, kept: 1 })
        expect(await host.count('a')).toBe(1)
      })

      it('is followed by a cold start when the guest does not answer any more', async () => {
        await ask((await wake()).link, 'go deaf')
        await pause()
        const { from } = await wake()
        expect(from).toBe('off')
        expect(await host.count('a')).toBe(1)
      })

      it('can be followed by switching off', async () => {
        await ask((await wake()).link, 'count')
        await pause()
        await driver.suspend('a', 'off', soon())
        expect(await driver.observe('a')).toBe('off')
        expect(await host.count('a')).toBe(0)
      })
    })

    const saving = () => {
      const save = async (id = 'a') => await driver.suspend(id, 'saved', soon())

      it('keeps the memory and nothing that runs', async () => {
        await ask((await wake()).link, 'count')
        await save()
        expect(await driver.observe('a')).toBe('saved')
        expect(await host.count('a')).toBe(0)
        const { from, link } = await wake()
        expect(from).toBe('saved')
        expect(await driver.observe('a')).toBe('running')
        expect(await ask(link, 'count')).toEqual({ inMemory: 2, kept: 2 })
      })

      it('can be asked for twice, and of a machine that is paused', async () => {
        await ask((await wake()).link, 'count')
        await driver.suspend('a', 'paused', soon())
        await save()
        await save()
        expect(await driver.observe('a')).toBe('saved')
        expect(await ask((await wake()).link, 'count')).toEqual({ inMemory: 2, kept: 2 })
      })

      it('rejects where there is nothing to save', async () => {
        await expect(save()).rejects.toMatchObject({ code: 'machine-failed' })
      })

      it('gives a memory that is used once: what crashes after it is started cold', async () => {
        await ask((await wake()).link, 'count')
        await save()
        await ask((await wake()).link, 'count')
        await host.crash('a')
        expect(await driver.observe('a')).toBe('off')
        const { from, link } = await wake()
        expect(from).toBe('off')
        expect(await ask(link, 'count')).toEqual({ inMemory: 1, kept: 3 })
      })

      it('is followed by a cold start when the memory image is cut off', async () => {
        await ask((await wake()).link, 'count')
        await save()
        await host.saved?.truncate('a')
        const { from, link } = await wake()
        expect(from).toBe('off')
        expect(await ask(link, 'count')).toEqual({ inMemory: 1, kept: 2 })
        expect(await host.count('a')).toBe(1)
      })

      it('is followed by a cold start when the data has changed since', async () => {
        await ask((await wake()).link, 'count')
        await save()
        await host.saved?.changeData('a')
        expect(await driver.observe('a')).toBe('off')
        const { from, link } = await wake()
        expect(from).toBe('off')
        expect(await ask(link, 'count')).toEqual({ inMemory: 1, kept: 2 })
      })

      it('that its deadline cuts off leaves a machine that can be woken, with its memory', async () => {
        await ask((await wake()).link, 'count')
        await driver.suspend('a', 'paused', soon())
        await expect(driver.suspend('a', 'saved', AbortSignal.timeout(20))).rejects.toMatchObject({ code: 'machine-failed' })
        const { from, link } = await wake()
        expect(patience.saveMayEndCold ? ['paused', 'off'] : ['paused']).toContain(from)
        await sleep(1000)
        expect(await ask(link, 'count')).toEqual({ inMemory: from === 'paused' ? 2 : 1, kept: 2 })
        expect(await driver.observe('a')).toBe('running')
      })

      it('outlives the gateway', async () => {
        const gateway = await host.startGateway('a', 'saved')
        await gateway.kill()
        expect(await driver.observe('a')).toBe('saved')
        expect(patience.saveMayEndCold ? ['saved', 'off'] : ['saved']).toContain((await wake()).from)
      })

      it('can be followed by switching off', async () => {
        await ask((await wake()).link, 'count')
        await save()
        await driver.suspend('a', 'off', soon())
        expect(await driver.observe('a')).toBe('off')
        expect(await ask((await wake()).link, 'count')).toEqual({ inMemory: 1, kept: 2 })
      })
    }
    const refusal = async () => {
      await wake()
      await expect(driver.suspend('a', 'saved', soon())).rejects.toMatchObject({ code: 'machine-failed' })
    }

    // Left out rather than skipped: a skipped test is one that should have run.
    if (capabilities.save) describe('saving', saving)
    else it('rejects to be saved, which it can’t', refusal)

    describe('switching off', () => {
      it('loses the memory and keeps the data', async () => {
        await ask((await wake()).link, 'count')
        await driver.suspend('a', 'off', soon())
        expect(await driver.observe('a')).toBe('off')
        expect(await ask((await wake()).link, 'count')).toEqual({ inMemory: 1, kept: 2 })
      })

      it('can be asked for where nothing runs', async () => {
        await driver.suspend('a', 'off', soon())
        expect(await driver.observe('a')).toBe('absent')
      })

      it('destroys at the deadline a guest that won’t end', async () => {
        await ask((await wake()).link, 'outlive its input')
        await driver.suspend('a', 'off', AbortSignal.timeout(300))
        expect(await driver.observe('a')).toBe('off')
        expect(await host.count('a')).toBe(0)
      })
    })

    describe('a crash', () => {
      it('during an exchange rejects it, and the next wake is cold', async () => {
        const { link } = await wake()
        await ask(link, 'count')
        const hanging = ask(link, 'hang')
        // Awaited below; a rejection must not count as unhandled until then.
        hanging.catch(() => {})
        await host.crash('a')
        await expect(hanging).rejects.toMatchObject({ code: 'machine-failed' })
        expect(await ask((await wake()).link, 'count')).toEqual({ inMemory: 1, kept: 2 })
      })

      it('while running is seen, and the next wake is cold', async () => {
        await wake()
        await host.crash('a')
        expect(await driver.observe('a')).toBe('off')
        expect((await wake()).from).toBe('off')
      })

      it('of an exchange’s deadline ends the machine, and the next wake is cold', async () => {
        const { link } = await wake()
        await expect(ask(link, 'hang', null, AbortSignal.timeout(100))).rejects.toMatchObject({ code: 'machine-failed' })
        await expect(ask(link, 'count')).rejects.toMatchObject({ code: 'machine-failed' })
        const { from, link: fresh } = await wake()
        expect(from).toBe('off')
        expect(await ask(fresh, 'count')).toEqual({ inMemory: 1, kept: 1 })
      })
    })

    describe('the end of the gateway', () => {
      it('by close leaves no machine and lets none be woken', async () => {
        await Promise.all([wake('a'), wake('b')])
        if (capabilities.pause) await driver.suspend('a', 'paused', soon())
        await driver.close()
        expect([await host.count('a'), await host.count('b')]).toEqual([0, 0])
        await expect(wake()).rejects.toMatchObject({ code: 'machine-failed' })
      })

      it('by SIGKILL takes a running machine with it', async () => {
        const gateway = await host.startGateway('a', 'running')
        expect(await host.count('a')).toBe(1)
        await gateway.kill()
        await expect.poll(() => host.count('a'), { timeout: goneMs, interval: 20 }).toBe(0)
      })

      it.runIf(capabilities.pause)('by SIGKILL takes a paused machine with it', async () => {
        const gateway = await host.startGateway('a', 'paused')
        expect(await host.count('a')).toBe(1)
        await gateway.kill()
        await expect.poll(() => host.count('a'), { timeout: goneMs, interval: 20 }).toBe(0)
      })

      it('by SIGKILL leaves a machine that the next gateway can wake', async () => {
        const gateway = await host.startGateway('a', 'running')
        await gateway.kill()
        expect(await ask((await wake()).link, 'count')).toEqual({ inMemory: 1, kept: 1 })
        expect(await host.count('a')).toBe(1)
      })
    })
  })
}
