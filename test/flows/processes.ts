import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Guests on a data folder, proc(5): their last argument is the machine's folder. Those that have ended but were not waited for don't count. */
export function guestsOf(dataDir: string): number[] {
  const ending = `\0${join(dataDir, 'machines', 'site')}\0`
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.filter((pid) => contents(`/proc/${pid}/cmdline`).endsWith(ending)).map(Number)
}

/** The letter of proc_pid_stat(5), such as T for stopped; empty for no process. */
export function stateOf(pid: number): string {
  return statOf(pid)[0] ?? ''
}

/** User and system time in ticks. */
export function cpuTicks(pid: number): number {
  const fields = statOf(pid)
  return Number(fields[14 - 3]) + Number(fields[15 - 3])
}

function statOf(pid: number): string[] {
  const stat = contents(`/proc/${pid}/stat`)
  return stat === '' ? [] : stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

function contents(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
