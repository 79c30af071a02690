import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { processTable } from '../../src/machines/host/process-state.ts'
import type { Awake } from '../../src/machines/types.ts'
import { ask, type DriverUnderTest, describeMachineDriver } from '../contract/machine-driver.ts'
import { counterDriver } from './counter-driver.ts'

const soon = () => AbortSignal.timeout(10_000)
const freshRoot = () => realpathSync(mkdtempSync(join(tmpdir(), 'drowse-machines-')))
const table = processTable(process.platform)

/** Processes whose last argument is the data folder of `id`; proc(5). */
function pidsOf(root: string, id: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.filter((pid) => commandOf(pid).endsWith(`\0${join(root, id)}\0`)).map(Number)
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

/** User and system time of a process, proc_pid_stat(5) fields 14 and 15, in ticks of 10 ms. */
function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[14 - 3]) + Number(fields[15 - 3])) * 10
}

async function startGateway(root: string, id: string, tier: string, env: NodeJS.ProcessEnv = process.env): Promise<ChildProcess> {
  const script = fileURLToPath(new URL('process-gateway.ts', import.meta.url))
  const gateway = spawn(process.execPath, [script, root, id, tier], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  await once(gateway.stdout, 'data')
  return gateway
}

async function kill(gateway: ChildProcess): Promise<void> {
  const exit = once(gateway, 'exit')
  gateway.kill('SIGKILL')
  await exit
}

async function make(): Promise<DriverUnderTest> {
  const root = freshRoot()
  return {
    driver: counterDriver(root),
    async crash(id) {
      for (const pid of pidsOf(root, id)) {
        process.kill(pid, 'SIGKILL')
        await expect.poll(() => table.watch(pid).state()).toBe('gone')
      }
    },
    cpuMs: async (id) => pidsOf(root, id).reduce((sum, pid) => sum + cpuMs(pid), 0),
    count: async (id) => pidsOf(root, id).length,
    async startGateway(id, tier) {
      const gateway = await startGateway(root, id, tier)
      return { kill: () => kill(gateway) }
    },
    clear: async () => rmSync(root, { recursive: true, force: true }),
  }
}

describeMachineDriver('process', { pause: true, save: false, clockSurvives: true, isolates: true }, make)

describe('a process machine', () => {
  let root: string
  let driver: ReturnType<typeof counterDriver>

  beforeEach(() => {
    root = freshRoot()
    driver = counterDriver(root)
  })
  afterEach(async () => {
    await driver.close()
    rmSync(root, { recursive: true, force: true })
  })

  it('that ends by itself is told of with its exit code and its last words', async () => {
    const { link } = await driver.wake('a', soon())
    await expect(ask(link, 'exit')).rejects.toThrow(/exit code 7[\s\S]*the guest chose to end/)
    expect(readFileSync(join(root, 'a', 'guest.log'), 'utf8')).toContain('the guest chose to end')
  })

  it('that prints to its link is refused and started cold at the next wake', async () => {
    const { link } = await driver.wake('a', soon())
    await expect(ask(link, 'print to its link')).rejects.toMatchObject({ code: 'guest-refused' })
    expect((await driver.wake('a', soon())).from).toBe('off')
  })

  it('that was left stopped by a killed gateway without setpriv is broken, and swept before the next start', async () => {
    const gateway = await startGateway(root, 'a', 'paused', { ...process.env, PATH: '' })
    await kill(gateway)
    const [leftover = 0] = pidsOf(root, 'a')
    expect(await table.watch(leftover).state()).toBe('stopped')
    expect(await driver.observe('a')).toBe('broken')
    const { link } = await driver.wake('a', soon())
    expect(pidsOf(root, 'a')).toEqual([await ask(link, 'pid')])
    expect(await table.watch(leftover).state()).toBe('gone')
  })

  it('can’t have its gateway kill another process by what it writes to guest.pid', async () => {
    const bystander = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
    await once(bystander, 'spawn')
    const pid = bystander.pid ?? 0
    const identity = await table.identify(pid)
    mkdirSync(join(root, 'a'))
    writeFileSync(join(root, 'a', 'guest.pid'), JSON.stringify({ pid, startedAt: identity?.startedAt }))
    await driver.wake('a', soon())
    expect(bystander.exitCode ?? bystander.signalCode).toBe(null)
    await kill(bystander)
  })

  it('starts although guest.pid is damaged', async () => {
    mkdirSync(join(root, 'a'))
    writeFileSync(join(root, 'a', 'guest.pid'), '{"pid":')
    expect((await driver.wake('a', soon())).from).toBe('off')
  })

  it('is not started on a folder whose name would widen its rights', async () => {
    await expect(driver.wake('a*', soon())).rejects.toMatchObject({ code: 'config-invalid' })
  })
})

describe('a guest that was taken over', () => {
  const root = freshRoot()
  const outside = mkdtempSync(join(tmpdir(), 'drowse-outside-'))
  const driver = counterDriver(root, 'escape-artist')
  const server = createServer()
  let awake: Awake
  let port = 0

  beforeAll(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const address = server.address()
    port = typeof address === 'object' && address !== null ? address.port : 0
    awake = await driver.wake('a', soon())
  })
  afterAll(async () => {
    await driver.close()
    server.close()
    rmSync(root, { recursive: true })
    rmSync(outside, { recursive: true })
  })

  it.each([
    ['read a file outside', '/etc/passwd'],
    ['write a file outside', join(outside, 'file')],
    ['link to a file outside', '/etc/passwd'],
    ['open a database outside', join(outside, 'db')],
    ['open a database outside by a URI', join(outside, 'db')],
    ['open a database outside through its constructor', join(outside, 'db')],
    ['listen on a port', null],
    ['listen on a socket in its data', null],
    ['look up a name', null],
    ['start a program', null],
    ['start a worker', null],
    ['load an addon', null],
    ['signal its gateway', null],
    ['slow its gateway down', null],
    ['open the inspector', null],
  ])('can’t %s', async (attempt, target) => {
    expect(await ask(awake.link, attempt, target)).toMatch(/^ERR_ACCESS_DENIED/)
  })

  it.each(['connect outward', 'send a datagram'])('can’t %s', async (attempt) => {
    expect(await ask(awake.link, attempt, port)).toMatch(/^ERR_ACCESS_DENIED/)
  })

  it.each(['attach a database outside', 'copy a database to outside'])('can’t %s', async (attempt) => {
    expect(await ask(awake.link, attempt, join(outside, 'db'))).toMatch(/authoriz/)
  })

  it('left nothing outside', () => {
    expect(readdirSync(outside)).toEqual([])
  })

  it('sees an empty environment', async () => {
    expect(await ask(awake.link, 'see its environment')).toMatch(/^EMPTY/)
  })

  it.each(['use its data', 'use a database in its data'])('can still %s', async (attempt) => {
    expect(await ask(awake.link, attempt)).toBe('succeeded')
  })
})
