import { chmod, chown, lchown, mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { childMachines, type Hold } from '../host/child-machines.ts'
import { dieWithParent } from '../host/die-with-parent.ts'
import { findLeftover, noteGuest, sweepLeftover } from '../host/leftover.ts'
import { processTable } from '../host/process-state.ts'
import { processUsage } from '../host/process-usage.ts'
import { runProgram } from '../host/run-program.ts'
import type { Image } from '../image/types.ts'
import type { MachineDriver, MachineId } from '../types.ts'
import { clearCgroups, type Freezer, openFreezer, unifiedMount } from './lxc/cgroup.ts'
import { containerConfig, containerName, DATA, type HostUser, hostUser } from './lxc/container-config.ts'
import { rootFolder } from './lxc/root-folder.ts'

export interface LxcDriverOptions {
  /** The folder of a machine's files, absolute: its data in `data`, which alone the container sees, and `lxc.conf`, `guest.log` and `guest.pid`. Made at the first wake. */
  readonly dataDir: (id: MachineId) => string
  readonly image: Image
  /** Where images' root folders are kept. A gateway that is root has to choose a place that others may enter. */
  readonly roots: string
  /** What the guest program finds in its environment. */
  readonly env: Readonly<Record<string, string>>
  /** The fencing epoch that a woken guest is told; asked at every wake. */
  readonly epoch: (id: MachineId) => number
  /** Milliseconds since 1970, told to a woken guest. */
  readonly now?: () => number
  /** How long a guest that was paused may take to answer before it is started cold instead. */
  readonly resumeWithinMs?: number
}

const CONFIG = 'lxc.conf'
/** Where LXC would look for containers that it knows of. It needs nothing there, but the container's user must be able to enter. */
const LXC_PATH = '/run'

/**
 * Each machine is a Linux container: lxc-start in the foreground, a child of this process whose standard input and output the container's first process, the guest,
 * inherits. It sleeps frozen, by a byte to its cgroup, and dies with lxc-start, which dies with this process. Nothing in it has a right on the host.
 */
export function lxcDriver(options: LxcDriverOptions): MachineDriver {
  const table = processTable('linux')
  const user = hostUser(process.getuid?.() ?? 0, process.getgid?.() ?? 0)
  const markOf = (dataDir: string) => join(dataDir, CONFIG)
  let parts: Promise<{ readonly prefix: readonly string[]; readonly root: string }> | null = null

  /** What all containers need, looked for once it is found. */
  async function ready() {
    unifiedMount()
    await runProgram('lxc-start', ['--version'])
    if (process.getuid?.() !== 0) await runProgram('newuidmap', ['--help']).catch(onlyMissing)
    return { prefix: await dieWithParent('linux'), root: await rootFolder(options.image, options.roots) }
  }

  return childMachines(
    {
      name: 'lxc',
      noun: 'container',
      capabilities: { pause: true, save: false, clockSurvives: true, isolates: true },
      hasLeftover: async (dataDir) => (await findLeftover(dataDir, table, markOf(dataDir))) !== null,
      async sweep(dataDir, deadline) {
        await sweepLeftover(dataDir, table, deadline, markOf(dataDir))
        await clearCgroups(containerName(dataDir), deadline)
      },
      async prepare(dataDir) {
        parts ??= ready()
        const { prefix, root } = await parts.catch((error: unknown) => {
          parts = null
          throw error
        })
        await makeData(dataDir, user)
        await writeFile(markOf(dataDir), containerConfig(root, user, options.env))
        const place = ['-n', containerName(dataDir), '-P', LXC_PATH]
        return { command: [...prefix, 'lxc-start', '-F', ...place, '-f', markOf(dataDir)], env: environment() }
      },
      note: (child, dataDir) => noteGuest(dataDir, child.pid, table),
      hold: (child, dataDir) => holdContainer(child.pid, containerName(dataDir)),
    },
    options,
  )
}

function holdContainer(monitor: number, name: string): Hold {
  const watch = processTable('linux').watch(monitor)
  let found: Freezer | null = null
  const freezer = () => {
    found ??= openFreezer(monitor, name)
    return found
  }
  return {
    stop: () => freezer()?.freeze(),
    goOn: () => found?.thaw(),
    async state() {
      const state = await watch.state()
      return state === 'running' && found?.frozen === true ? 'stopped' : state
    },
    usage() {
      const pid = freezer()?.pid
      return pid === undefined ? null : processUsage(pid)
    },
    close() {
      watch.close()
      found?.close()
    },
  }
}

/** A folder that the container's user owns, in one that it may pass through. Data that another user's container made, or a process, is handed over. */
async function makeData(dataDir: string, { uid, gid }: HostUser): Promise<void> {
  const data = join(dataDir, DATA)
  await mkdir(data, { recursive: true })
  if (process.getuid?.() !== 0) return
  await chown(dataDir, 0, gid)
  await chmod(dataDir, 0o710)
  if ((await stat(data)).uid === uid) return
  // Symbolic links are handed over, not followed: the guest could have made them.
  for (const path of await readdir(data, { recursive: true })) await lchown(join(data, path), uid, gid)
  await chown(data, uid, gid)
}

/** A gateway that is root maps users by itself; with a PATH, LXC would look for newuidmap, which grants root nothing. */
function environment(): Readonly<Record<string, string>> {
  const { PATH = '/usr/bin:/bin', HOME = '/' } = process.env
  return process.getuid?.() === 0 ? {} : { PATH, HOME }
}

/** newuidmap has no option that only asks whether it is there. */
function onlyMissing(error: unknown): void {
  if (error instanceof Error && 'code' in error && error.code === 'program-missing') throw error
}
