import { closeSync, openSync, readFileSync, readSync, rmdirSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DrowseError } from '../../../errors/drowse-error.ts'

/** The kernel's freezer of one container: cgroup v2, "Core Interface Files" in the kernel's cgroup-v2.rst. */
export interface Freezer {
  /** The container's first process. */
  readonly pid: number
  /** Throws `machine-failed` where it may not. */
  freeze(): void
  /** Never throws. */
  thaw(): void
  /** As the kernel tells it: true once no process of the container can get the processor. */
  readonly frozen: boolean
  close(): void
}

/**
 * Opens the freezer of the container that `monitor`, an lxc-start in the foreground, watches over; null while there is none. Its files are kept open: a byte to one and a look at the other
 * is all that a wake or a suspend may cost. Throws `machine-failed` where this user may not write to it.
 */
export function openFreezer(monitor: number, name: string): Freezer | null {
  const pid = childOf(monitor)
  const path = pid === null ? null : unifiedPath(readFileSync(`/proc/${pid}/cgroup`, 'latin1'))
  // The child is moved there a moment after it was made.
  if (pid === null || path === null || !path.includes(name)) return null
  const folder = join(unifiedMount(), path)
  let control: number
  try {
    control = openSync(join(folder, 'cgroup.freeze'), 'r+')
  } catch (cause) {
    throw new DrowseError('machine-failed', `The container can’t be paused: ${folder}/cgroup.freeze can’t be written.`, {
      cause,
      hint: 'Start the gateway as root, or as a user to whom a cgroup is delegated (`Delegate=yes` in a systemd unit).',
    })
  }
  const events = openSync(join(folder, 'cgroup.events'), 'r')
  const buffer = Buffer.alloc(256)
  let isOpen = true
  return {
    pid,
    freeze: () => void writeSync(control, '1', 0),
    thaw() {
      try {
        if (isOpen) writeSync(control, '0', 0)
      } catch {
        // The container is gone, and its cgroup with it.
      }
    },
    get frozen() {
      try {
        return isOpen && /^frozen 1$/m.test(buffer.toString('latin1', 0, readSync(events, buffer, 0, buffer.length, 0)))
      } catch {
        return false
      }
    },
    close() {
      if (!isOpen) return
      isOpen = false
      closeSync(control)
      closeSync(events)
    },
  }
}

/** Removes what a container that was killed left of its cgroups. Rejects with `machine-failed` if a process is still in one at the deadline. */
export async function clearCgroups(name: string, deadline: AbortSignal): Promise<void> {
  for (const folder of foldersOf(name)) {
    while (!removed(folder)) {
      if (deadline.aborted)
        throw new DrowseError('machine-failed', `A container that an earlier gateway left is still in ${folder}.`)
      await sleep(1)
    }
  }
}

/** Where this host's cgroup v2 is. Throws `machine-failed` where there is none. */
export function unifiedMount(): string {
  const [mount] = mounts().filter(({ type }) => type === 'cgroup2')
  if (mount !== undefined) return mount.path
  throw new DrowseError('machine-failed', 'This kernel’s cgroup v2, by which containers are paused, is mounted nowhere.', {
    hint: 'Start with the kernel parameter systemd.unified_cgroup_hierarchy=1, or choose the driver `process` or `qemu`.',
  })
}

/** proc_pid_cgroup(5): the line of version 2 begins with `0::`. */
function unifiedPath(text: string): string | null {
  return /^0::(\/.*)$/m.exec(text)?.[1] ?? null
}

/** Every folder that LXC may have made for a container, below the host's cgroups and below this process's own. */
function foldersOf(name: string): readonly string[] {
  const own = [...readFileSync('/proc/self/cgroup', 'latin1').matchAll(/^[^:]*:[^:]*:(.*)$/gm)].map(([, path = '']) => path)
  const above = new Set(['/', ...own])
  return mounts().flatMap(({ path }) =>
    [...above].flatMap((parent) => ['payload', 'monitor'].map((part) => join(path, parent, `lxc.${part}.${name}`))),
  )
}

/** proc_pid_mountinfo(5): the mount point is field 5; the type follows a lone dash. */
function mounts(): readonly { readonly path: string; readonly type: string }[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [mount = '', source = ''] = line.split(' - ')
      const [path, type] = [mount.split(' ')[4], source.split(' ')[0]]
      return path !== undefined && (type === 'cgroup' || type === 'cgroup2') ? [{ path, type }] : []
    })
}

/** False while processes are in it. */
function removed(folder: string): boolean {
  try {
    rmdirSync(folder)
    return true
  } catch (error) {
    return !(error instanceof Error && 'code' in error && (error.code === 'EBUSY' || error.code === 'ENOTEMPTY'))
  }
}

function childOf(pid: number): number | null {
  try {
    const [first = ''] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ')
    return first === '' ? null : Number(first)
  } catch {
    return null
  }
}
