import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { DrowseError } from '../../errors/drowse-error.ts'
import { greet } from '../../protocol/greet.ts'
import { createTurns, type Turns } from '../../protocol/turns.ts'
import { atExit } from '../host/at-exit.ts'
import { end } from '../host/child.ts'
import { dieWithParent } from '../host/die-with-parent.ts'
import { findLeftover, forgetGuest, noteGuest, sweepLeftover } from '../host/leftover.ts'
import { processTable } from '../host/process-state.ts'
import { processUsage } from '../host/process-usage.ts'
import { runProgram } from '../host/run-program.ts'
import type { Image } from '../image/types.ts'
import { createStopwatch, type Stopwatch } from '../stopwatch.ts'
import type { Awake, MachineDriver, MachineId, MachineState, MachineUsage, Tier } from '../types.ts'
import { type Accelerator, bestAccelerator, type MachineShape, machineArguments, QEMU } from './qemu/command.ts'
import { dataDiskOf, ensureDataDisk } from './qemu/data-disk.ts'
import { forgetMemory, hasMemory, keepMemory, readMemory, writeMemory } from './qemu/memory-image.ts'
import { startVm, type Vm } from './qemu/vm.ts'

export interface QemuDriverOptions {
  /** The folder of a machine's files, absolute: its data disk, its memory when it is saved, `guest.log`, `guest.pid`. Made at the first wake. */
  readonly dataDir: (id: MachineId) => string
  readonly image: Image
  /** The fencing epoch that a woken guest is told; asked at every wake. */
  readonly epoch: (id: MachineId) => number
  readonly memoryMb?: number
  /** Of a new data disk; it takes on the host what was written to it. */
  readonly diskMb?: number
  readonly accelerator?: Accelerator
  /** Milliseconds since 1970, told to a woken guest: its own clock stands while it is paused or saved. */
  readonly now?: () => number
  /** How long a guest that was paused or saved may take to answer before it is started cold instead. */
  readonly resumeWithinMs?: number
}

interface Machine {
  readonly turns: Turns
  vm: Vm | null
  /** Whether this driver stopped it. Says only how a wake is told of; what the state is, is observed. */
  paused: boolean
}

const OBSERVE_MS = 5000

/**
 * Each machine is a virtual one: a QEMU process with a disk of its own and one link, a socket it is born with. It is isolated by the processor where there is KVM, and emulated
 * elsewhere. It sleeps stopped, as a file, or switched off, and dies with this process as a process machine does. Verbs on one machine run one after the other.
 */
export function qemuDriver(options: QemuDriverOptions) {
  const { image, memoryMb = 512, diskMb = 4096, now = Date.now, resumeWithinMs = 5000 } = options
  const shape: MachineShape = { image, memoryMb, accelerator: options.accelerator ?? bestAccelerator() }
  const table = processTable(process.platform)
  const machines = new Map<MachineId, Machine>()
  let prefix: readonly string[] | null = null
  let closed = false

  const killAll = () => {
    for (const { vm } of machines.values()) vm?.signal('SIGKILL')
  }
  const forget = atExit(killAll)

  function machine(id: MachineId): Machine {
    const known = machines.get(id) ?? { turns: createTurns(), vm: null, paused: false }
    machines.set(id, known)
    return known
  }

  function living(id: MachineId): Vm | null {
    const vm = machines.get(id)?.vm ?? null
    return vm === null || vm.gone ? null : vm
  }

  async function observe(id: MachineId): Promise<MachineState> {
    const vm = living(id)
    if (vm !== null) return await stateOf(vm)
    const dataDir = options.dataDir(id)
    if ((await findLeftover(dataDir, table)) !== null) return 'broken'
    if (await hasMemory(dataDir, shape)) return 'saved'
    return existsSync(dataDiskOf(dataDir)) ? 'off' : 'absent'
  }

  async function stateOf(vm: Vm): Promise<MachineState> {
    if (vm.link.fault !== null) return 'broken'
    try {
      const status = await vm.status(AbortSignal.timeout(OBSERVE_MS))
      return status === 'running' || status === 'paused' ? status : 'broken'
    } catch {
      // It does not say: it has just ended, or it hangs.
      await sleep(0)
      return vm.gone ? 'off' : 'broken'
    }
  }

  async function wake(id: MachineId, deadline: AbortSignal): Promise<Awake> {
    const known = machine(id)
    const release = await known.turns.take(deadline, `the wake of ${id}`)
    try {
      if (closed) throw new DrowseError('machine-failed', `The driver is closed, so ${id} can’t be woken.`)
      const watch = createStopwatch()
      return (await resume(id, watch, deadline)) ?? (await restore(id, watch, deadline)) ?? (await boot(id, watch, deadline))
    } finally {
      release()
    }
  }

  /** Wakes a machine whose memory is held; null when there is none, or none any more, that answers. */
  async function resume(id: MachineId, watch: Stopwatch, deadline: AbortSignal): Promise<Awake | null> {
    const vm = living(id)
    if (vm === null || vm.link.fault !== null) return null
    const from = machine(id).paused ? 'paused' : 'running'
    // Sent to a running one too, which it does not disturb: somebody else may have stopped it.
    return await goOn(id, vm, from, watch, deadline)
  }

  /** Wakes a machine from its memory image; null when there is none that fits, or it does not answer. The image is consumed either way. */
  async function restore(id: MachineId, watch: Stopwatch, deadline: AbortSignal): Promise<Awake | null> {
    const dataDir = options.dataDir(id)
    if (!(await hasMemory(dataDir, shape))) return null
    const vm = await start(id, true, watch, deadline)
    try {
      await readMemory(vm.qmp, dataDir, deadline)
      watch.lap('restore')
    } catch (error) {
      await end(vm)
      if (deadline.aborted) throw error
      watch.lap('abandon')
      return null
    }
    return await goOn(id, vm, 'saved', watch, deadline)
  }

  /** Held when it rejects or returns null: nothing. */
  async function goOn(
    id: MachineId,
    vm: Vm,
    from: Awake['from'],
    watch: Stopwatch,
    deadline: AbortSignal,
  ): Promise<Awake | null> {
    const tooLate = new DrowseError(
      'machine-failed',
      `The guest of ${id} did not answer within ${resumeWithinMs} ms of being woken.`,
    )
    const patience = from === 'running' ? undefined : setTimeout(() => vm.link.break(tooLate), resumeWithinMs)
    try {
      await vm.qmp.execute('cont', {}, deadline)
      machine(id).paused = false
      watch.lap('continue')
      await greet(vm.link, now(), options.epoch(id), deadline)
      watch.lap('ready')
      return { link: vm.link, from, phases: watch.phases }
    } catch (error) {
      await end(vm)
      if (deadline.aborted) throw error
      watch.lap('abandon')
      return null
    } finally {
      clearTimeout(patience)
    }
  }

  /** Held when it rejects: nothing. */
  async function boot(id: MachineId, watch: Stopwatch, deadline: AbortSignal): Promise<Awake> {
    const vm = await start(id, false, watch, deadline)
    try {
      await greet(vm.link, now(), options.epoch(id), deadline)
      watch.lap('boot')
      return { link: vm.link, from: 'off', phases: watch.phases }
    } catch (error) {
      await end(vm)
      throw error
    }
  }

  /** Starts QEMU on a swept and existing data disk. A memory image that is not to be read now must never be. */
  async function start(id: MachineId, incoming: boolean, watch: Stopwatch, deadline: AbortSignal): Promise<Vm> {
    const known = machine(id)
    const dataDir = options.dataDir(id)
    if (known.vm !== null) await end(known.vm)
    await sweepLeftover(dataDir, table, deadline)
    await ensureDataDisk(dataDir, diskMb)
    if (!incoming) await forgetMemory(dataDir)
    prefix ??= await commandPrefix()
    const command = [...prefix, ...machineArguments(shape, dataDir, incoming)]
    watch.lap('sweep')
    const vm = await startVm(command, dataDir)
    known.vm = vm
    known.paused = false
    await noteGuest(dataDir, vm.pid, table)
    watch.lap('spawn')
    return vm
  }

  async function suspend(id: MachineId, to: Tier, deadline: AbortSignal) {
    const release = await machine(id).turns.take(deadline, `the suspend of ${id}`)
    try {
      const watch = createStopwatch()
      if (to === 'paused') await pause(id, watch, deadline)
      else if (to === 'saved') await save(id, watch, deadline)
      else await switchOff(id, watch, deadline)
      return { phases: watch.phases }
    } finally {
      release()
    }
  }

  async function pause(id: MachineId, watch: Stopwatch, deadline: AbortSignal): Promise<Vm> {
    const vm = living(id)
    if (vm === null)
      throw new DrowseError('machine-failed', `There is no machine of ${id} to stop; the next wake starts it cold.`)
    if (vm.link.fault !== null) throw vm.link.fault
    machine(id).paused = true
    await vm.qmp.execute('stop', {}, deadline)
    watch.lap('stop')
    const status = await vm.status(deadline)
    if (status !== 'paused') throw new DrowseError('machine-failed', `The machine of ${id} should be paused and is “${status}”.`)
    watch.lap('observe')
    return vm
  }

  /** The image counts from the moment the machine is gone, and a machine whose memory could not be written is kept, paused. */
  async function save(id: MachineId, watch: Stopwatch, deadline: AbortSignal): Promise<void> {
    const dataDir = options.dataDir(id)
    if (living(id) === null && (await hasMemory(dataDir, shape))) return
    const vm = await pause(id, watch, deadline)
    await writeMemory(vm.qmp, dataDir, deadline)
    watch.lap('save')
    await end(vm)
    await keepMemory(dataDir, shape)
    await forgetGuest(dataDir)
    watch.lap('keep')
  }

  /** Asks first, by the end of the guest's input; kills at the deadline. */
  async function switchOff(id: MachineId, watch: Stopwatch, deadline: AbortSignal): Promise<void> {
    const vm = machine(id).vm
    const dataDir = options.dataDir(id)
    if (vm === null || vm.gone) await sweepLeftover(dataDir, table, deadline)
    else {
      const kill = () => vm.signal('SIGKILL')
      if (deadline.aborted) kill()
      deadline.addEventListener('abort', kill, { once: true })
      vm.closeInput()
      // One that hangs does not take it, and is killed at the deadline.
      void vm.qmp.execute('cont', {}, deadline).catch(() => {})
      watch.lap('ask')
      await vm.ended
      deadline.removeEventListener('abort', kill)
      watch.lap('end')
    }
    await forgetMemory(dataDir)
    await forgetGuest(dataDir)
  }

  /** The emulator's, of which the machine's memory is the most. */
  async function usage(id: MachineId): Promise<MachineUsage | null> {
    const vm = living(id)
    return vm === null ? null : processUsage(vm.pid)
  }

  async function destroy(id: MachineId): Promise<void> {
    const known = machines.get(id)
    if (known?.vm) await end(known.vm)
    await sweepLeftover(options.dataDir(id), table, AbortSignal.timeout(5000))
    await forgetMemory(options.dataDir(id))
  }

  /** A saved machine stays saved: only what runs is ended. */
  async function close(): Promise<void> {
    closed = true
    await Promise.all(Array.from(machines.values(), async ({ vm }) => (vm === null ? undefined : await end(vm))))
    forget()
  }

  const capabilities = { pause: true, save: true, clockSurvives: false, isolates: true }
  return { name: 'qemu', capabilities, observe, wake, suspend, usage, destroy, close } satisfies MachineDriver
}

/** What comes before a machine's arguments. Throws `program-missing` where there is no QEMU, which a command that starts it for us would tell badly. */
async function commandPrefix(): Promise<readonly string[]> {
  await runProgram(QEMU, ['--version'])
  return [...(await dieWithParent(process.platform)), QEMU]
}
