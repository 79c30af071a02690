import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, realpathSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { counterDriver } from '../machines/counter-driver.ts'
import { writeCorpus } from './corpus.ts'
import { bar, median, percentile, table } from './report.ts'

const FEW = 100
const MANY = 1_000
const MACHINES = 100
const AT_ONCE = 4
const SUSTAINED_MS = 15_000
const DROWSE = join(import.meta.dirname, '..', '..', 'src', 'cli', 'drowse.js')

/**
 * What a sleeping site costs a gateway of many, as the difference between one of a hundred and one of a thousand, and how often a second one host can wake distinct paused machines. The sites
 * are copies of one that was published, each with data of its own.
 */
export async function benchManySites(): Promise<string> {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'drowse-bench-')))
  try {
    return `${await benchSleeping(dir)}\n\n${await benchWakes(dir)}`
  } finally {
    rmSync(dir, { recursive: true })
  }
}

interface Slept {
  readonly heapBytes: number
  readonly rssBytes: number
  readonly timers: number
  readonly children: number
  readonly files: number
  readonly lookMs: number
}

async function benchSleeping(dir: string): Promise<string> {
  const seed = join(dir, 'seed', 'site.example')
  writeCorpus(seed, 3)
  const first = await startMany(join(dir, 'seed'))
  await first.stop()
  const measured: Slept[] = []
  for (const count of [FEW, MANY]) {
    const folder = join(dir, String(count))
    for (let number = 0; number < count; number++) cpSync(seed, join(folder, `site-${number}.example`), { recursive: true })
    const gateway = await startMany(folder)
    measured.push(await gateway.asleep())
    await gateway.stop()
    renameSync(folder, join(dir, `${count}-done`))
  }
  const [few, many] = measured
  if (few === undefined || many === undefined) throw new Error('Nothing was measured.')
  const each = (key: 'heapBytes' | 'rssBytes') => (many[key] - few[key]) / (MANY - FEW) / 1024
  const row = (name: string, key: keyof Slept, unit = 1) => [name, few[key] / unit, many[key] / unit]
  return [
    'A gateway whose sites all sleep',
    table(
      ['', `${FEW} sites`, `${MANY} sites`],
      [
        row('JavaScript’s memory after a collection, MB', 'heapBytes', 2 ** 20),
        row('resident memory of the process, MB', 'rssBytes', 2 ** 20),
        row('timers of the process', 'timers'),
        row('processes below it', 'children'),
        row('files of sites open', 'files'),
        row('from its start until all sites were looked at, s', 'lookMs', 1000),
      ],
    ),
    bar('JavaScript’s memory of each further site, KB', each('heapBytes'), 10),
    bar('resident memory of each further site, KB', each('rssBytes'), 10),
  ].join('\n')
}

async function startMany(folder: string) {
  const startedAt = performance.now()
  const args = ['--inspect=127.0.0.1:0', DROWSE, 'gateway', folder, '--port', '0', '--json']
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const inspector = inspectorOf(child)
  for await (const line of createInterface({ input: child.stdout })) if ('looked' in JSON.parse(line)) break
  child.stdout.resume()
  const lookMs = performance.now() - startedAt
  const { pid = 0 } = child
  return {
    async asleep(): Promise<Slept> {
      while (filesBelow(pid, folder) > 0) await sleep(500)
      const ask = await inspector
      await ask('HeapProfiler.collectGarbage')
      await sleep(500)
      await ask('HeapProfiler.collectGarbage')
      const asked = `JSON.stringify({ ...process.memoryUsage(), timers: process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length })`
      const { heapUsed, external, rss, timers } = JSON.parse(await ask('Runtime.evaluate', { expression: asked }))
      const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).length
      return { heapBytes: heapUsed + external, rssBytes: rss, timers, children, files: filesBelow(pid, folder), lookMs }
    },
    async stop() {
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}

/** Speaks to a process's inspector: the value that a method evaluates to, as text. */
async function inspectorOf(child: ChildProcess): Promise<(method: string, params?: object) => Promise<string>> {
  const address = await new Promise<string>((resolve) => {
    child.stderr?.on('data', (chunk) => {
      const [found] = /ws:\/\/\S+/.exec(String(chunk)) ?? []
      if (found === undefined) process.stderr.write(chunk)
      else resolve(found)
    })
  })
  let last = 0
  return async (method, params = {}) => {
    // One connection for each question: the inspector itself takes memory while it is spoken to.
    const socket = new WebSocket(address)
    await once(socket, 'open')
    last += 1
    socket.send(JSON.stringify({ id: last, method, params }))
    const [{ data }] = await once(socket, 'message')
    socket.close()
    return JSON.parse(String(data)).result?.result?.value ?? ''
  }
}

function filesBelow(pid: number, folder: string): number {
  return readdirSync(`/proc/${pid}/fd`).filter((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith(folder)
    } catch {
      return false
    }
  }).length
}

async function benchWakes(dir: string): Promise<string> {
  const driver = counterDriver(join(dir, 'machines'))
  const soon = () => AbortSignal.timeout(60_000)
  const ids = Array.from({ length: MACHINES }, (_, number) => `machine-${number}`)
  try {
    for (const id of ids) {
      await driver.wake(id, soon())
      await driver.suspend(id, 'paused', soon())
    }
    const times: number[] = []
    const startedAt = performance.now()
    let next = 0
    const work = async () => {
      while (performance.now() - startedAt < SUSTAINED_MS) {
        const id = ids[next++ % ids.length] ?? ''
        const before = performance.now()
        const { from } = await driver.wake(id, soon())
        times.push(performance.now() - before)
        if (from !== 'paused') throw new Error(`${id} was woken from ${from}.`)
        await driver.suspend(id, 'paused', soon())
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    const perSecond = times.length / ((performance.now() - startedAt) / 1000)
    return [
      `${MACHINES} paused process machines, each woken to its answer and paused again in its turn, ${AT_ONCE} at once, for ${SUSTAINED_MS / 1000} s`,
      table(['', 'p50', 'p95', 'max'], [['wake → answer, ms', median(times), percentile(times, 0.95), percentile(times, 1)]]),
      `${perSecond >= 100 ? 'within' : 'OVER  '}  wakes a second: ${perSecond.toFixed(0)} (bar: at least 100)`,
    ].join('\n')
  } finally {
    await driver.close()
  }
}
