import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { clearCgroups } from '../../../src/machines/drivers/lxc/cgroup.ts'
import { containerName } from '../../../src/machines/drivers/lxc/container-config.ts'
import { lxcDriver } from '../../../src/machines/drivers/lxc.ts'
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
    cpuMs: async (id) =>
      monitors(id)
        .flatMap(guestsOf)
        .reduce((sum, pid) => sum + cpuMs(pid), 0),
    count: async (id) => monitors(id).length,
    async startGateway(id, tier) {
      const gateway = spawn(process.execPath, [GATEWAY, root, id, tier], { stdio: ['ignore', 'pipe', 'inherit'] })
      await Promise.race([
        once(gateway.stdout, 'data'),
        once(gateway, 'exit').then(() => Promise.reject(new Error(`The gateway of ${id} ended early.`))),
      ])
      return { kill: () => kill(gateway.pid ?? 0) }
    },
    async clear() {
      // What a gateway that was killed left, and no other has begun on.
      for (const id of ['a', 'b']) await clearCgroups(containerName(join(root, id)), soon())
      rmSync(root, { recursive: true, force: true })
    },
  }
}

describeMachineDriver('lxc', { pause: true, save: false, clockSurvives: true, isolates: true }, make, {
  soonMs: 30_000,
  bootMs: 5000,
})

describe('a container', () => {
  let root: string
  let driver: MachineDriver

  beforeEach(() => {
    root = freshRoot()
    driver = containers(root, image)
  })
  afterEach(async () => {
    await driver.close()
    rmSync(root, { recursive: true, force: true })
  })

  it('whose guest is killed is gone, and the next wake is cold', async () => {
    await ask((await driver.wake('a', soon())).link, 'count')
    for (const pid of monitorsOf(join(root, 'a')).flatMap(guestsOf)) await kill(pid)
    await expect.poll(() => driver.observe('a')).toBe('off')
    expect((await driver.wake('a', soon())).from).toBe('off')
  })

  it('leaves no cgroup when it is switched off, destroyed or killed', async () => {
    await driver.wake('a', soon())
    await driver.suspend('a', 'off', soon())
    await driver.wake('a', soon())
    await driver.destroy('a')
    await driver.wake('a', soon())
    for (const pid of monitorsOf(join(root, 'a'))) await kill(pid)
    await driver.destroy('a')
    const left = readdirSync('/sys/fs/cgroup', { recursive: true, encoding: 'utf8' })
    expect(left.filter((path) => path.includes(containerName(join(root, 'a'))))).toEqual([])
  })

  it('has no right on the host: its root is nobody there', async () => {
    await ask((await driver.wake('a', soon())).link, 'count')
    const [guest = 0] = monitorsOf(join(root, 'a')).flatMap(guestsOf)
    const status = readFileSync(`/proc/${guest}/status`, 'utf8')
    expect(status).not.toMatch(/^Uid:\s+0\s/m)
    expect(status).toMatch(/^CapEff:\s+0+$/m)
    expect(status).toMatch(/^CapBnd:\s+0+$/m)
    expect(status).toMatch(/^NoNewPrivs:\s+1$/m)
    expect(statSync(join(root, 'a', 'data', 'count')).uid).not.toBe(0)
  })

  it('takes over data that another user owned, and follows no link in it', async () => {
    await ask((await driver.wake('a', soon())).link, 'count')
    await driver.suspend('a', 'off', soon())
    const bystander = join(root, 'bystander')
    writeFileSync(bystander, 'x')
    symlinkSync(bystander, join(root, 'a', 'data', 'way-out'))
    const owner = statSync(bystander).uid
    for (const name of ['', 'count']) chownSync(join(root, 'a', 'data', name), 12_345, 12_345)
    expect(await ask((await driver.wake('a', soon())).link, 'count')).toEqual({ inMemory: 1, kept: 2 })
    expect(statSync(bystander).uid).toBe(owner)
  })

  it('whose program is not there is told of with its last words', async () => {
    const broken = lxcDriver({
      dataDir: (id) => join(root, id),
      image: { ...image, id: 'empty' },
      roots: root,
      env: {},
      epoch: () => 1,
    })
    mkdirSync(join(root, 'empty'))
    await expect(broken.wake('a', soon())).rejects.toThrow(/lxc-start/)
    await broken.close()
  })
})

describe('a guest that was taken over, in a container', () => {
  const root = freshRoot()
  const outside = mkdtempSync(join(tmpdir(), 'drowse-outside-'))
  const server = createServer()
  let driver: MachineDriver
  let link: GuestLink
  let port = 0

  beforeAll(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const address = server.address()
    port = typeof address === 'object' && address !== null ? address.port : 0
    writeFileSync(join(outside, 'file'), 'x')
    driver = containers(root, await guestImage('escape-artist'))
    link = (await driver.wake('a', soon())).link
  })
  afterAll(async () => {
    await driver.close()
    server.close()
    rmSync(root, { recursive: true })
    rmSync(outside, { recursive: true })
  })

  it.each([
    ['read a file outside', join(outside, 'file'), /^ENOENT/],
    ['read a file outside', '/proc/1/environ', /^ENOENT/],
    ['write a file outside', join(outside, 'new'), /^ENOENT/],
    ['write a file outside', '/drowse/guest.cjs', /^EROFS/],
    ['open a database outside', join(outside, 'db'), /unable to open/],
    ['start a program', null, /^ENOENT/],
    ['look up a name', null, /^EAI_AGAIN/],
  ])('can’t %s (%s)', async (attempt, target, refusal) => {
    expect(await ask(link, attempt, target)).toMatch(refusal)
  })

  it.each(['connect outward', 'send a datagram'])('can’t %s', async (attempt) => {
    expect(await ask(link, attempt, port)).toMatch(/^(ENETUNREACH|EADDRNOTAVAIL|ECONNREFUSED)/)
  })

  it.each(['use its data', 'use a database in its data'])('can still %s', async (attempt) => {
    expect(await ask(link, attempt)).toBe('succeeded')
  })
})
