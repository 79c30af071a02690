import { mkdir } from 'node:fs/promises'
import { childMachines } from '../host/child-machines.ts'
import { dieWithParent } from '../host/die-with-parent.ts'
import { findLeftover, noteGuest, sweepLeftover } from '../host/leftover.ts'
import { processTable } from '../host/process-state.ts'
import { processUsage } from '../host/process-usage.ts'
import type { MachineDriver, MachineId } from '../types.ts'
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

/**
 * Each machine is a child process under Node's permission model: it can use its data folder and its link, an inherited pair of pipes, and
 * nothing else. It sleeps by SIGSTOP and dies with this process: by the kernel on Linux, by the end of its input elsewhere, and by the
 * sweep before the next cold start in any case.
 */
export function processDriver(options: ProcessDriverOptions): MachineDriver {
  const { guest, node = process.execPath } = options
  const { platform } = process
  const table = processTable(platform)
  let prefix: Promise<readonly string[]> | null = null

  return childMachines(
    {
      name: 'process',
      noun: 'process',
      capabilities: { pause: platform !== 'win32', save: false, clockSurvives: true, isolates: true },
      hasLeftover: async (dataDir) => (await findLeftover(dataDir, table)) !== null,
      sweep: (dataDir, deadline) => sweepLeftover(dataDir, table, deadline),
      async prepare(dataDir) {
        await mkdir(dataDir, { recursive: true })
        prefix ??= dieWithParent(platform)
        return { command: [...(await prefix), node, ...nodeArguments(guest, dataDir)], env: {} }
      },
      note: (child, dataDir) => noteGuest(dataDir, child.pid, table),
      hold(child) {
        const watch = table.watch(child.pid)
        return {
          stop: () => void child.signal('SIGSTOP'),
          goOn: () => void child.signal('SIGCONT'),
          state: () => watch.state(),
          usage: () => processUsage(child.pid),
          close: () => watch.close(),
        }
      },
    },
    options,
  )
}
