import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { connect } from '../../../src/machines/drivers/xen/connection.ts'
import { sshHost } from '../../../src/machines/drivers/xen/host.ts'
import { NOTE_FILE } from '../../../src/machines/drivers/xen/note.ts'
import type { Image } from '../../../src/machines/image/types.ts'
import { ask, type DriverUnderTest, describeMachineDriver } from '../../contract/machine-driver.ts'
import { builtCounterImage, type OwnLab, startLab, xenMachines } from './lab.ts'

const GATEWAY = fileURLToPath(new URL('xen-gateway.ts', import.meta.url))
let image: Image
let lab: OwnLab

beforeAll(async () => {
  image = await builtCounterImage()
  // The image is not on it: the first test shows that the driver copies it there.
  lab = await startLab()
})
afterAll(async () => await lab?.clear())

async function make(): Promise<DriverUnderTest> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'drowse-xen-gateway-')))
  // A second agent, which has no links and so ends nothing when it ends.
  const host = sshHost({ destination: 'dom0', configFile: lab.sshConfig })
  const watcher = await connect(host)
  const domainOf = (id: string): string | null => {
    const note = join(root, id, NOTE_FILE)
    return existsSync(note) ? JSON.parse(readFileSync(note, 'utf8')).domain : null
  }
  const folderOf = (id: string) => `/var/lib/drowse/machines/${domainOf(id)}`
  return {
    driver: xenMachines(root, image, lab.sshConfig),
    crash: async (id) => void (await lab.run(`xl destroy ${domainOf(id)}`)),
    cpuMs: async (id) => (await watcher.agent.info(domainOf(id) ?? '', AbortSignal.timeout(10_000))).cpuNs / 1e6,
    count: async (id) => {
      const name = domainOf(id)
      const names = (await lab.run('xl list')).split('\n').map((line) => line.split(' ')[0])
      return names.filter((each) => each === name).length
    },
    async startGateway(id, tier) {
      const gateway = spawn(process.execPath, [GATEWAY, root, lab.sshConfig, id, tier], { stdio: ['ignore', 'pipe', 'inherit'] })
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
      truncate: async (id) => void (await lab.run(`/usr/bin/truncate -s -100000000 ${folderOf(id)}/memory`)),
      changeData: async (id) => void (await lab.run(`touch ${folderOf(id)}/data.ext4`)),
    },
    async clear() {
      await watcher.close()
      host.close()
      await lab.run('rm -rf /var/lib/drowse/machines')
      rmSync(root, { recursive: true, force: true })
    },
  }
}

describeMachineDriver('xen', { pause: true, save: true, clockSurvives: true, isolates: true }, make, {
  soonMs: 180_000,
  bootMs: 40_000,
  goneMs: 10_000,
  saveMayEndCold: true,
})

describe('a Xen host that is short of something', () => {
  const soon = () => AbortSignal.timeout(180_000)
  let host: DriverUnderTest
  let root: string

  beforeEach(async () => {
    host = await make()
    root = mkdtempSync(join(tmpdir(), 'drowse-xen-gateway-'))
  })
  afterEach(async () => {
    await host.driver.close()
    await host.clear()
    rmSync(root, { recursive: true, force: true })
  })

  it('refuses a machine for which it has no memory, in words, and starts nothing', async () => {
    const driver = xenMachines(root, image, lab.sshConfig, 4000)
    await expect(driver.wake('a', soon())).rejects.toMatchObject({
      code: 'machine-failed',
      message: expect.stringMatching(/^dom0 has \d+ MB of memory left for domains, and a needs 4008\.$/),
      hint: expect.stringContaining('machine.memoryMb'),
    })
    expect(await driver.observe('a')).toBe('off')
    await driver.close()
  })

  it('whose disk is full leaves a machine that it can’t save paused, and loses none of its data', async () => {
    const { driver } = host
    await ask((await driver.wake('a', soon())).link, 'count')
    await lab.run("cd /var/lib/drowse && fallocate -l $(( $(/usr/bin/stat -f -c '%a * %S' .) - 50000000 )) filler")
    try {
      await expect(driver.suspend('a', 'saved', soon())).rejects.toMatchObject({ code: 'machine-failed' })
      expect(await driver.observe('a')).toBe('paused')
    } finally {
      await lab.run('rm /var/lib/drowse/filler')
    }
    const { from, link } = await driver.wake('a', soon())
    expect(['paused', 'off']).toContain(from)
    expect(await ask(link, 'count')).toEqual({ inMemory: from === 'paused' ? 2 : 1, kept: 2 })
  })
})
