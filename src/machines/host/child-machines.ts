import { existsSync } from 'node:fs'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { DrowseError } from '../../errors/drowse-error.ts'
import { greet } from '../../protocol/greet.ts'
import { createTurns, type Turns } from '../../protocol/turns.ts'
import { createStopwatch, type Stopwatch } from '../stopwatch.ts'
import type { Awake, MachineDriver, MachineId, MachineState, MachineUsage, Tier } from '../types.ts'
import { atExit } from './at-exit.ts'
import { type Child, end, startChild } from './child.ts'
import type { ProcessState } from './process-state.ts'

/** How one kind of machine whose link is a child's pipes is started, stopped and looked at. */
export interface ChildKind {
  readonly name: string
  readonly capabilities: MachineDriver['capabilities']
  /** What a machine is called in sentences: "process". */
  readonly noun: string
  /** Whether a machine of an earlier gateway still has this folder. */
  hasLeftover(dataDir: string): Promise<boolean>
  /** Ends what an earlier gateway left and forgets it. Rejects with `machine-failed` when something is left at the deadline. */
  sweep(dataDir: string, deadline: AbortSignal): Promise<void>
  /** Readies a swept folder, making it if need be, and says how the machine is started. */
  prepare(dataDir: string): Promise<{ readonly command: readonly string[]; readonly env: Readonly<Record<string, string>> }>
  hold(child: Child, dataDir: string): Hold
  /** Notes a child that runs, so that the next gateway's sweep finds it. */
  note(child: Child, dataDir: string): Promise<void>
}

/** One started machine. */
export interface Hold {
  /** Takes the processor from it; what it reached is asked for with `state`. Throws `machine-failed`. */
  stop(): void
  /** Gives the processor back, where it was taken. Never throws: what does not go on does not answer. */
  goOn(): void
  state(): Promise<ProcessState>
  usage(): MachineUsage | null
  /** Called once it has ended. */
  close(): void
}

interface Options {
  /** The folder of a machine's data, absolute. */
  readonly dataDir: (id: MachineId) => string
  /** The fencing epoch that a woken guest is told; asked at every wake. */
  readonly epoch: (id: MachineId) => number
  /** Milliseconds since 1970, told to a woken guest. */
  readonly now?: () => number
  /** How long a guest that was paused may take to answer before it is started cold instead. */
  readonly resumeWithinMs?: number
}

interface Machine {
  readonly turns: Turns
  child: Child | null
  /** Of the child. */
  hold: Hold | null
  /** Whether this driver stopped the child. Says only how a wake is told of; what the state is, is observed. */
  paused: boolean
}

/** How often a state is looked at again at once before it is looked at every millisecond. */
const EAGER_LOOKS = 50

/** A thread that must stop may have its turn on the processor that this one is using; without a yield it waits for it up to a scheduler's tick. */
const YIELD_MS = 0.005
const NEVER = new Int32Array(new SharedArrayBuffer(4))

/**
 * Drives machines whose link is the pipes of a child process of this one. They sleep with their memory held, or are ended, and die with this process. Verbs on one
 * machine run one after the other, in the order they were called.
 */
export function childMachines(kind: ChildKind, options: Options): MachineDriver {
  const { now = Date.now, resumeWithinMs = 1000 } = options
  const { name, capabilities } = kind
  const machines = new Map<MachineId, Machine>()
  let closed = false

  // A stopped guest does not see its input end.
  const killAll = () => {
    for (const { child } of machines.values()) child?.signal('SIGKILL')
  }
  const forget = atExit(killAll)

  function machine(id: MachineId): Machine {
    const known = machines.get(id) ?? { turns: createTurns(), child: null, hold: null, paused: false }
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
      if (await kind.hasLeftover(dataDir)) return 'broken'
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
    const known = machine(id)
    const from = known.paused ? 'paused' : 'running'
    const tooLate = new DrowseError(
      'machine-failed',
      `The guest of ${id} did not answer within ${resumeWithinMs} ms of being woken.`,
    )
    const patience = from === 'paused' ? setTimeout(() => child.link.break(tooLate), resumeWithinMs) : undefined
    try {
      // Sent to a running one too, which it does not disturb: somebody else may have stopped it.
      known.hold?.goOn()
      known.paused = false
      watch.lap('continue')
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
    await kind.sweep(dataDir, deadline)
    const { command, env } = await kind.prepare(dataDir)
    watch.lap('sweep')
    const child = await startChild(command, dataDir, env)
    const hold = kind.hold(child, dataDir)
    known.child = child
    known.hold = hold
    known.paused = false
    void child.ended.then(() => hold.close())
    try {
      await kind.note(child, dataDir)
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
      throw new DrowseError('machine-failed', `The ${name} driver can’t suspend ${id} to “${to}” on ${process.platform}.`)
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
      throw new DrowseError('machine-failed', `There is no ${kind.noun} of ${id} to pause; the next wake starts it cold.`)
    if (child.link.fault !== null) throw child.link.fault
    machine(id).paused = true
    machine(id).hold?.stop()
    watch.lap('stop')
    if (!(await reaches(id, 'stopped', deadline))) {
      throw (
        child.link.fault ??
        new DrowseError('machine-failed', `The ${kind.noun} of ${id} was not seen to stop before the deadline.`)
      )
    }
    watch.lap('observe')
  }

  /** Asks first, by the end of the guest's input; kills at the deadline. */
  async function switchOff(id: MachineId, watch: Stopwatch, deadline: AbortSignal): Promise<void> {
    const { child, hold } = machine(id)
    if (child === null || child.gone) return await kind.sweep(options.dataDir(id), deadline)
    child.closeInput()
    hold?.goOn()
    watch.lap('ask')
    const kill = () => child.signal('SIGKILL')
    if (deadline.aborted) kill()
    deadline.addEventListener('abort', kill, { once: true })
    await child.ended
    deadline.removeEventListener('abort', kill)
    watch.lap('end')
    await kind.sweep(options.dataDir(id), deadline.aborted ? AbortSignal.timeout(5000) : deadline)
  }

  async function usage(id: MachineId): Promise<MachineUsage | null> {
    return living(id) === null ? null : (machines.get(id)?.hold?.usage() ?? null)
  }

  async function destroy(id: MachineId): Promise<void> {
    const known = machines.get(id)
    if (known?.child) await end(known.child)
    await kind.sweep(options.dataDir(id), AbortSignal.timeout(5000))
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
    return (await machines.get(id)?.hold?.state()) ?? 'gone'
  }

  async function close(): Promise<void> {
    closed = true
    await Promise.all(Array.from(machines.keys(), destroy))
    forget()
  }

  return { name, capabilities, observe, wake, suspend, usage, destroy, close }
}
