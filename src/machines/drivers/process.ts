import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { DrowseError } from '../../errors/drowse-error.ts'
import { greet } from '../../protocol/greet.ts'
import { createTurns, type Turns } from '../../protocol/turns.ts'
import { dieWithParent } from '../host/die-with-parent.ts'
import { findLeftover, forgetGuest, noteGuest, sweepLeftover } from '../host/leftover.ts'
import { type ProcessState, type ProcessWatch, processTable } from '../host/process-state.ts'
import { processUsage } from '../host/process-usage.ts'
import { createStopwatch, type Stopwatch } from '../stopwatch.ts'
import type { Awake, MachineDriver, MachineId, MachineState, MachineUsage, Tier } from '../types.ts'
import { type Child, startChild } from './process/child.ts'
import { type GuestProgram, nodeArguments } from './process/command.ts'

export type { GuestProgram } from './process/command.ts'

export interface ProcessDriverOptions {
  /** The folder of a machine's data, absolute. Made at the first wake; `guest.pid` and `guest.log` in it are the driver's. */
  readonly dataDir: (id: MachineId) => string
  readonly guest: GuestProgram
  /** The fencing epoch that a woken guest is told; asked at every wake. */
  readonly epoch: (id: MachineId) => number
  /** The Node to run the guest with; this process's own by default. */
  readonly node?: string
  /** Milliseconds since 1970, told to a woken guest. */
  readonly now?: () => number
  /** How long a guest that was paused may take to answer before it is started cold instead. */
  readonly resumeWithinMs?: number
}

interface Machine {
  readonly turns: Turns
  child: Child | null
  /** Of the child. */
  watch: ProcessWatch | null
  /** Whether this driver stopped the child. Says only how a wake is told of; what the state is, is observed. */
  paused: boolean
}

/** How often a state is looked at again at once before it is looked at every millisecond. */
const EAGER_LOOKS = 50

/** A thread that must stop may have its turn on the processor that this one is using; without a yield it waits for it up to a scheduler's tick. */
const YIELD_MS = 0.005
const NEVER = new Int32Array(new SharedArrayBuffer(4))

/**
 * Each machine is a child process under Node's permission model: it can use its data folder and its link, an inherited pair of pipes, and
 * nothing else. It sleeps by SIGSTOP and dies with this process: by the kernel on Linux, by the end of its input elsewhere, and by the
 * sweep before the next cold start in any case. Verbs on one machine run one after the other, in the order they were called.
 */
export function processDriver(options: ProcessDriverOptions) {
  const { guest, node = process.execPath, now = Date.now, resumeWithinMs = 1000 } = options
  const platform = process.platform
  const table = processTable(platform)
  const machines = new Map<MachineId, Machine>()
  let prefix: Promise<readonly string[]> | null = null
  let closed = false

  // A stopped guest does not see its input end.
  const killAll = () => {
    for (const { child } of machines.values()) child?.signal('SIGKILL')
  }
  process.once('exit', killAll)

  function machine(id: MachineId): Machine {
    const known = machines.get(id) ?? { turns: createTurns(), child: null, watch: null, paused: false }
    machines.set(id, known)
    return known
  }

  function living(id: MachineId): Child | null {
    const child = machines.get(id)?.child ?? null
    return child === null || child.gone ? null : child
  }

  async function observe(id: MachineId): Promise<MachineState> {
    const child = living(id)
    const state = child === null ? 'gone' : await stateOf(id)
    if (child === null || state === 'gone') {
      const dataDir = options.dataDir(id)
      if ((await findLeftover(dataDir, table)) !== null) return 'broken'
      return existsSync(dataDir) ? 'off' : 'absent'
    }
    if (child.link.fault !== null) return 'broken'
    return state === 'stopped' ? 'paused' : 'running'
  }

  async function wake(id: MachineId, deadline: AbortSignal): Promise<Awake> {
    const known = machine(id)
    const release = await known.turns.take(deadline, `the wake of ${id}`)
    try {
      if (closed) throw new DrowseError('machine-failed', `The driver is closed, so ${id} can’t be woken.`)
      const watch = createStopwatch()
      return (await resume(id, watch, deadline)) ?? (await start(id, watch, deadline))
    } finally {
      release()
    }
  }

  /** Wakes a living guest; null when there is none, or none any more, that answers. */
  async function resume(id: MachineId, watch: Stopwatch, deadline: AbortSignal): Promise<Awake | null> {
    const child = living(id)
    if (child === null || child.link.fault !== null) return null
    const from = machine(id).paused ? 'paused' : 'running'
    // Sent to a running one too, which it does not disturb: somebody else may have stopped it.
    child.signal('SIGCONT')
    machine(id).paused = false
    watch.lap('continue')
    const tooLate = new DrowseError(
      'machine-failed',
      `The guest of ${id} did not answer within ${resumeWithinMs} ms of being woken.`,
    )
    const patience = from === 'paused' ? setTimeout(() => child.link.break(tooLate), resumeWithinMs) : undefined
    try {
      await greet(child.link, now(), options.epoch(id), deadline)
      watch.lap('ready')
      return { link: child.link, from, phases: watch.phases }
    } catch (error) {
      if (deadline.aborted) throw error
      await end(child)
      watch.lap('abandon')
      return null
    } finally {
      clearTimeout(patience)
    }
  }

  /** Held when it rejects: nothing. */
  async function start(id: MachineId, watch: Stopwatch, deadline: AbortSignal): Promise<Awake> {
    const known = machine(id)
    const dataDir = options.dataDir(id)
    if (known.child !== null) await end(known.child)
    await mkdir(dataDir, { recursive: true })
    await sweepLeftover(dataDir, table, deadline)
    prefix ??= dieWithParent(platform)
    const command = [...(await prefix), node, ...nodeArguments(guest, dataDir)]
    watch.lap('sweep')
    const child = await startChild(command, dataDir)
    const childWatch = table.watch(child.pid)
    known.child = child
    known.watch = childWatch
    void child.ended.then(() => childWatch.close())
    known.paused = false
    try {
      await noteGuest(dataDir, child.pid, table)
      watch.lap('spawn')
      await greet(child.link, now(), options.epoch(id), deadline)
      watch.lap('boot')
      return { link: child.link, from: 'off', phases: watch.phases }
    } catch (error) {
      await end(child)
      throw error
    }
  }

  async function suspend(id: MachineId, to: Tier, deadline: AbortSignal) {
    if (to === 'saved' || (to === 'paused' && !capabilities.pause)) {
      throw new DrowseError('machine-failed', `The process driver can’t suspend ${id} to “${to}” on ${platform}.`)
    }
    const release = await machine(id).turns.take(deadline, `the suspend of ${id}`)
    try {
      const watch = createStopwatch()
      if (to === 'paused') await pause(id, watch, deadline)
      else await switchOff(id, watch, deadline)
      return { phases: watch.phases }
    } finally {
      release()
    }
  }

  async function pause(id: MachineId, watch: Stopwatch, deadline: AbortSignal): Promise<void> {
    const child = living(id)
    if (child === null)
      throw new DrowseError('machine-failed', `There is no process of ${id} to pause; the next wake starts it cold.`)
    if (child.link.fault !== null) throw child.link.fault
    machine(id).paused = true
    child.signal('SIGSTOP')
    watch.lap('stop')
    if (!(await reaches(id, 'stopped', deadline))) {
      throw (
        child.link.fault ?? new DrowseError('machine-failed', `The process of ${id} was not seen to stop before the deadline.`)
      )
    }
    watch.lap('observe')
  }

  /** Asks first, by the end of the guest's input; kills at the deadline. */
  async function switchOff(id: MachineId, watch: Stopwatch, deadline: AbortSignal): Promise<void> {
    const child = machine(id).child
    if (child === null || child.gone) return await sweepLeftover(options.dataDir(id), table, deadline)
    child.closeInput()
    child.signal('SIGCONT')
    watch.lap('ask')
    const kill = () => child.signal('SIGKILL')
    if (deadline.aborted) kill()
    deadline.addEventListener('abort', kill, { once: true })
    await child.ended
    deadline.removeEventListener('abort', kill)
    watch.lap('end')
    await forgetGuest(options.dataDir(id))
  }

  async function usage(id: MachineId): Promise<MachineUsage | null> {
    const child = living(id)
    return child === null ? null : processUsage(child.pid)
  }

  async function destroy(id: MachineId): Promise<void> {
    const known = machines.get(id)
    if (known?.child) await end(known.child)
    await sweepLeftover(options.dataDir(id), table, AbortSignal.timeout(5000))
  }

  async function reaches(id: MachineId, wanted: ProcessState, deadline: AbortSignal): Promise<boolean> {
    for (let looks = 0; !deadline.aborted; looks++) {
      const state = await stateOf(id)
      if (state === wanted) return true
      if (state === 'gone') return false
      if (looks < EAGER_LOOKS) {
        Atomics.wait(NEVER, 0, 0, YIELD_MS)
        await nextTurn()
      } else await sleep(1)
    }
    return false
  }

  async function stateOf(id: MachineId): Promise<ProcessState> {
    return (await machines.get(id)?.watch?.state()) ?? 'gone'
  }

  async function close(): Promise<void> {
    closed = true
    await Promise.all(Array.from(machines.keys(), destroy))
    process.off('exit', killAll)
  }

  const capabilities = { pause: platform !== 'win32', save: false, clockSurvives: true, isolates: true }
  return { name: 'process', capabilities, observe, wake, suspend, usage, destroy, close } satisfies MachineDriver
}

/** Returns once the process is gone. */
async function end(child: Child): Promise<void> {
  child.signal('SIGKILL')
  await child.ended
}
