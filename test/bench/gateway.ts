import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'

/** Long enough for the machine to be asleep again before the next write. */
const PAUSE_MS = 30

/** What `drowse start --json` says of a batch, as far as the benchmarks read it. */
export interface Batch {
  readonly rendered: number
  readonly changed: number
  readonly from: string
  readonly phases: readonly { readonly name: string; readonly ns: number }[]
  readonly wakeShare: number
}

/** A `drowse start` that is written to, and what was measured of it. */
export interface Gateway {
  readonly posts: number
  readonly url: string
  readonly batches: Batch[]
  /** From POST to 303, in milliseconds. */
  readonly latencies: number[]
  readonly child: ChildProcess
  /** What was measured so far was the warm-up. */
  forget(): void
}

/** Starts a corpus of so many posts. Resolves once it is served. */
export async function startGateway(site: string, posts: number): Promise<Gateway> {
  const main = join(import.meta.dirname, '..', '..', 'src', 'cli', 'drowse.js')
  const child = spawn(process.execPath, [main, 'start', site, '--port', '0', '--json'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })
  const batches: Batch[] = []
  const latencies: number[] = []
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`drowse start ended with ${code}.`)))
    lines.on('line', (line) => {
      const value = JSON.parse(line)
      if (typeof value.url === 'string') resolve(value.url)
      if (value.batch) batches.push(value.batch)
    })
  })
  const forget = () => {
    batches.length = 0
    latencies.length = 0
  }
  return { posts, url, batches, latencies, child, forget }
}

/** Leaves a comment. Returns when the machine sleeps again. */
export async function comment(gateway: Gateway, round: number): Promise<void> {
  const page = `/posts/post-${1 + ((round * 13) % gateway.posts)}/`
  const before = gateway.batches.length
  const body = new URLSearchParams({ page, name: 'Ann', text: `A *comment*, number ${round}.` })
  const startedAt = performance.now()
  const response = await fetch(new URL('/-/comment.create', gateway.url), { method: 'POST', body, redirect: 'manual' })
  const ms = performance.now() - startedAt
  if (response.status !== 303) throw new Error(`The comment was answered ${response.status}: ${await response.text()}`)
  await response.arrayBuffer()
  while (gateway.batches.length === before) await sleep(1)
  await sleep(PAUSE_MS)
  gateway.latencies.push(ms)
}

export async function stopGateway({ child }: Gateway): Promise<void> {
  child.kill('SIGTERM')
  await once(child, 'exit')
}
