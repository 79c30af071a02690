import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
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
  /** `stopped` or `gone` only when every thread is; a zombie is `gone`. */
  state(pid: number): Promise<ProcessState>
  /** Null when there is no such process. */
  identify(pid: number): Promise<ProcessIdentity | null>
}

/** The table of this platform: proc(5) on Linux, ps(1) elsewhere. */
export function processTable(platform: NodeJS.Platform): ProcessTable {
  return platform === 'linux' ? procTable : psTable
}

const procTable: ProcessTable = {
  state(pid) {
    const leader = readStat(`/proc/${pid}/stat`)
    if (leader === null) return Promise.resolve('gone')
    if (!isStopped(leader.state) && !isDead(leader.state)) return Promise.resolve('running')
    // The first thread may stop or die before the others do.
    const others = threads(pid)
    if (isDead(leader.state)) return Promise.resolve(others.every((stat) => isDead(stat.state)) ? 'gone' : 'running')
    return Promise.resolve(others.every((stat) => isStopped(stat.state) || isDead(stat.state)) ? 'stopped' : 'running')
  },
  async identify(pid) {
    const stat = readStat(`/proc/${pid}/stat`)
    const command = readOrNull(`/proc/${pid}/cmdline`)
    if (stat === null || command === null || (await procTable.state(pid)) === 'gone') return null
    return { startedAt: stat.startedAt, command: command.replaceAll('\0', ' ').trim() }
  },
}

interface Stat {
  readonly state: string
  readonly startedAt: string
}

/** All threads but the first, whose facts stand in the process's own files. */
function threads(pid: number): Stat[] {
  let names: string[]
  try {
    names = readdirSync(`/proc/${pid}/task`)
  } catch {
    return []
  }
  return names.filter((name) => name !== String(pid)).flatMap((name) => readStat(`/proc/${pid}/task/${name}/stat`) ?? [])
}

function readStat(path: string): Stat | null {
  const text = readOrNull(path)
  if (text === null) return null
  // proc_pid_stat(5): the second field is the name in parentheses and may hold anything; state is field 3, the start time field 22.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const [state, startedAt] = [fields[0], fields[22 - 3]]
  return state === undefined || startedAt === undefined ? null : { state, startedAt }
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
  async state(pid) {
    const state = await ps(pid, 'state=')
    if (state === null || isDead(state)) return 'gone'
    return isStopped(state) ? 'stopped' : 'running'
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
