import { execFile } from 'node:child_process'
import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import { promisify } from 'node:util'

export type ProcessState = 'running' | 'stopped' | 'gone'

/** What tells a process from another one that was given the same pid later. */
export interface ProcessIdentity {
  /** When the kernel says it was started; opaque, compared only. */
  readonly startedAt: string
  /** Its command line; empty while it is dying. */
  readonly command: string
}

/** Facts about processes of this host, asked anew every time. */
export interface ProcessTable {
  watch(pid: number): ProcessWatch
  /** Null when there is no such process. */
  identify(pid: number): Promise<ProcessIdentity | null>
}

/** One process, to be looked at again and again. */
export interface ProcessWatch {
  /** `stopped` or `gone` only when every thread is; a zombie is `gone`. */
  state(): Promise<ProcessState>
  /** Lets go of what it holds open; after that the process is `gone`. */
  close(): void
}

/** The table of this platform: proc(5) on Linux, ps(1) elsewhere. */
export function processTable(platform: NodeJS.Platform): ProcessTable {
  return platform === 'linux' ? procTable : psTable
}

const procTable: ProcessTable = {
  watch: watchThreads,
  async identify(pid) {
    const leader = openStat(`/proc/${pid}/stat`)
    const watch = watchThreads(pid)
    try {
      const stat = leader?.read() ?? null
      const command = readOrNull(`/proc/${pid}/cmdline`)
      if (stat === null || command === null || (await watch.state()) === 'gone') return null
      return { startedAt: stat.startedAt, command: command.replaceAll('\0', ' ').trim() }
    } finally {
      leader?.close()
      watch.close()
    }
  },
}

/**
 * The files of all threads are kept open, since one read of each is all that a look may cost: it is part of every suspend. They belong to this process for
 * ever; a later one with its pid has others.
 */
function watchThreads(pid: number): ProcessWatch {
  const leader = openStat(`/proc/${pid}/stat`)
  const others = new Map<string, StatFile>()

  /** All threads but the first, whose facts stand in the process's own file; null while they come and go. */
  function lookAtOthers(count: number): readonly Stat[] | null {
    if (others.size !== count) list()
    const stats: Stat[] = []
    for (const [thread, file] of others) {
      const stat = file.read()
      if (stat !== null) stats.push(stat)
      else forget(thread)
    }
    return stats.length === count ? stats : null
  }

  function list(): void {
    const names = new Set(namesIn(`/proc/${pid}/task`))
    names.delete(String(pid))
    for (const known of others.keys()) if (!names.has(known)) forget(known)
    for (const name of names) {
      const file = others.has(name) ? null : openStat(`/proc/${pid}/task/${name}/stat`)
      if (file !== null) others.set(name, file)
    }
  }

  function forget(thread: string): void {
    others.get(thread)?.close()
    others.delete(thread)
  }

  function look(): ProcessState {
    const stat = leader?.read() ?? null
    if (stat === null) return 'gone'
    if (!isStopped(stat.state) && !isDead(stat.state)) return 'running'
    // The first thread may stop or die before the others do.
    const rest = lookAtOthers(stat.threads - 1)
    if (rest === null) return 'running'
    if (isDead(stat.state)) return rest.every(({ state }) => isDead(state)) ? 'gone' : 'running'
    return rest.every(({ state }) => isStopped(state) || isDead(state)) ? 'stopped' : 'running'
  }

  return {
    state: () => Promise.resolve(look()),
    close() {
      leader?.close()
      for (const thread of others.keys()) forget(thread)
    },
  }
}

interface Stat {
  readonly state: string
  readonly threads: number
  readonly startedAt: string
}

interface StatFile {
  /** Null once the process or thread is gone, or the file closed. */
  read(): Stat | null
  close(): void
}

/** Null when there is no such process or thread. */
function openStat(path: string): StatFile | null {
  let file: number | null
  try {
    file = openSync(path, 'r')
  } catch {
    return null
  }
  const buffer = Buffer.alloc(STAT_BYTES)
  return {
    read() {
      if (file === null) return null
      try {
        return parseStat(buffer.toString('latin1', 0, readSync(file, buffer, 0, STAT_BYTES, 0)))
      } catch {
        return null
      }
    },
    close() {
      if (file !== null) closeSync(file)
      file = null
    },
  }
}

/** 52 numbers of at most 20 digits and a name of at most 64 bytes. */
const STAT_BYTES = 2048

function parseStat(text: string): Stat | null {
  // proc_pid_stat(5): the second field is the name in parentheses and may hold anything; state is field 3, the threads field 20, the start time field 22.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const [state, threads, startedAt] = [fields[0], fields[20 - 3], fields[22 - 3]]
  if (state === undefined || threads === undefined || startedAt === undefined) return null
  return { state, threads: Number(threads), startedAt }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** A process that ends between two looks makes its files vanish (ENOENT) or unreadable (ESRCH); both mean that it is gone. */
function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return null
  }
}

function isStopped(state: string): boolean {
  return state.startsWith('T')
}

function isDead(state: string): boolean {
  return state.startsWith('Z') || state.startsWith('X')
}

const run = promisify(execFile)

const psTable: ProcessTable = {
  watch(pid) {
    let isClosed = false
    return {
      async state() {
        const state = isClosed ? null : await ps(pid, 'state=')
        if (state === null || isDead(state)) return 'gone'
        return isStopped(state) ? 'stopped' : 'running'
      },
      close() {
        isClosed = true
      },
    }
  },
  async identify(pid) {
    const [startedAt, command] = [await ps(pid, 'lstart='), await ps(pid, 'args=')]
    return startedAt === null || command === null ? null : { startedAt, command }
  },
}

/** ps(1) fails when no process matches. */
async function ps(pid: number, column: string): Promise<string | null> {
  try {
    const { stdout } = await run('ps', ['-ww', '-o', column, '-p', String(pid)], { env: { ...process.env, LC_ALL: 'C' } })
    return stdout.trim() || null
  } catch {
    return null
  }
}
