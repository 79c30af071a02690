import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { containerName } from '../../../src/machines/drivers/lxc/container-config.ts'
import { processTable } from '../../../src/machines/host/process-state.ts'
import type { Image } from '../../../src/machines/image/types.ts'
import type { MachineDriver } from '../../../src/machines/types.ts'
import type { GuestLink } from '../../../src/protocol/types.ts'
import { ask, type DriverUnderTest, describeMachineDriver } from '../../contract/machine-driver.ts'
import { containers, guestImage, guestsOf, monitorsOf } from './lab.ts'

const GATEWAY = fileURLToPath(new URL('lxc-gateway.ts', import.meta.url))
const soon = () => AbortSignal.timeout(30_000)
const table = processTable('linux')
let image: Image

beforeAll(async () => {
  image = await guestImage('counter')
})

const freshRoot = () => realpathSync(mkdtempSync(join(tmpdir(), 'drowse-lxc-')))

/** User and system time of a process, proc_pid_stat(5) fields 14 and 15, in ticks of 10 ms. */
function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[14 - 3]) + Number(fields[15 - 3])) * 10
}

async function kill(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL')
  await expect.poll(() => table.watch(pid).state()).toBe('gone')
}

async function make(): Promise<DriverUnderTest> {
  const root = freshRoot()
  const monitors = (id: string) => monitorsOf(join(root, id))
  return {
    driver: containers(root, image),
    async crash(id) {
      for (const pid of monitors(id)) await kill(pid)
    },
    cpuMs: async (id) => monitors(id).flatMap(guestsOf).reduce((sum, pid) => sum + cpuMs(pid), 0),
    count: async (id) => monitors(id).length,
    async startGateway(id, tier) {
      const gateway = spawn(process.execPath, [GATEWAY, root, id, tier], { stdio: ['ignore', 'pipe', 'inherit'] })
      await Promise.race([
        once(gateway.stdout, 'data'),
        once(gateway, 'exit').then(() => Promise.reject(new Error(`The gateway of ${id} ended early.`))),
      ])
      return { kill: () => kill(gateway.pid ?? 0) }
    },
    clear: async () => rmSync(root, { recursive: true, force: true }),
  }
}

describeMachineDriver('lxc', { pause: true, save: false, clockSurvives: true, isolates: true }, make, {
  soonMs: 30_000,
  bootMs: 5000,
})
