import { readdirSync, readFileSync } from 'node:fs'
import type { MachineUsage } from '../types.ts'

/** proc(5): what a process of Linux has used, to the nanosecond; null where there is no such process or no /proc. Threads that have ended are not in it. */
export function processUsage(pid: number): MachineUsage | null {
  try {
    const threads = readdirSync(`/proc/${pid}/task`)
    const cpuNs = threads.reduce((sum, thread) => sum + cpuOf(`/proc/${pid}/task/${thread}/schedstat`), 0)
    return { cpuNs, memoryBytes: residentBytes(pid) }
  } catch {
    return null
  }
}

/** proc_pid_schedstat: time on the processor, time waited for it, time slices. 0 for a thread that ends just now. */
function cpuOf(path: string): number {
  try {
    return Number(readFileSync(path, 'latin1').split(' ')[0])
  } catch {
    return 0
  }
}

function residentBytes(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? []
  return Number(kilobytes ?? 0) * 1024
}
