import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, realpathSync, rmSync, statSync, truncateSync } from 'node:fs'
import { utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect } from 'vitest'
import { processTable } from '../../../src/machines/host/process-state.ts'
import type { Image } from '../../../src/machines/image/types.ts'
import { type DriverUnderTest, describeMachineDriver } from '../../contract/machine-driver.ts'
import { counterImage, counterMachines, LAB, machinesOf } from './lab.ts'

const GATEWAY = fileURLToPath(new URL('qemu-gateway.ts', import.meta.url))
const table = processTable(process.platform)
let image: Image

beforeAll(async () => {
  image = await counterImage(LAB)
})

/** User and system time of a process, proc_pid_stat(5) fields 14 and 15, in ticks of 10 ms. */
function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[14 - 3]) + Number(fields[15 - 3])) * 10
}

async function make(): Promise<DriverUnderTest> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'drowse-qemu-')))
  const pidsOf = (id: string) => machinesOf(join(root, id))
  return {
    driver: counterMachines(root, image),
    async crash(id) {
      for (const pid of pidsOf(id)) {
        process.kill(pid, 'SIGKILL')
        await expect.poll(() => table.watch(pid).state()).toBe('gone')
      }
    },
    cpuMs: async (id) => pidsOf(id).reduce((sum, pid) => sum + cpuMs(pid), 0),
    count: async (id) => pidsOf(id).length,
    async startGateway(id, tier) {
      const gateway = spawn(process.execPath, [GATEWAY, root, id, tier], { stdio: ['ignore', 'pipe', 'inherit'] })
      await Promise.race([
        once(gateway.stdout, 'data'),
        once(gateway, 'exit').then(() => Promise.reject(new Error('It ended early.'))),
      ])
      return {
        async kill() {
          const exit = once(gateway, 'exit')
          gateway.kill('SIGKILL')
          await exit
        },
      }
    },
    saved: {
      async truncate(id) {
        const memory = join(root, id, 'memory.save')
        truncateSync(memory, Math.floor(statSync(memory).size / 2))
      },
      changeData: async (id) => await utimes(join(root, id, 'data.ext4'), new Date(), new Date()),
    },
    clear: async () => rmSync(root, { recursive: true, force: true }),
  }
}

describeMachineDriver('qemu', { pause: true, save: true, clockSurvives: false, isolates: true }, make, {
  soonMs: 120_000,
  bootMs: 30_000,
})
