import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { writeCorpus } from './corpus.ts'
import { bar, median, percentile, table } from './report.ts'

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'cli', 'drowse.js')
const POSTS = 400
const FULL = '/posts/post-1/'
const COMMENTS = 5_000
const WARM_UP = 15
const ROUNDS = 150
/** Long enough for the machine to be asleep again before the next write. */
const PAUSE_MS = 30
const PER_SECOND = 200
const SECONDS = Number(process.env.DROWSE_BENCH_SECONDS ?? 15)
const BUSY_POSTS = 20

interface Batch {
  readonly writes: number
  readonly rendered: number
  readonly changed: number
}

interface Gateway {
  readonly url: string
  readonly token: string
  readonly batches: Batch[]
  readonly child: ChildProcess
}

/**
 * A comment on a post that has 5,000 against one on a post that has none, by turns, from POST to the published page; then so many comments a second to one site for a
 * while, after which every page has to be right. Through `drowse start` and real HTTP.
 */
export async function benchComments(): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'drowse-bench-'))
  const gateway = await start(dir)
  try {
    await fill(gateway)
    const full: number[] = []
    const empty: number[] = []
    const pages: { full: number[]; empty: number[] } = { full: [], empty: [] }
    for (let round = 0; round < WARM_UP + ROUNDS; round++) {
      const [many, none] = [await timed(gateway, FULL, round), await timed(gateway, `/posts/post-${2 + round}/`, round)]
      if (round < WARM_UP) continue
      full.push(many.ms)
      empty.push(none.ms)
      pages.full.push(many.rendered)
      pages.empty.push(none.rendered)
    }
    return [reportOfSizes(full, empty, pages), '', await flood(gateway)].join('\n')
  } finally {
    gateway.child.kill('SIGTERM')
    await once(gateway.child, 'exit')
    rmSync(dir, { recursive: true })
  }
}

async function start(dir: string): Promise<Gateway> {
  const site = join(dir, 'site')
  writeCorpus(site, POSTS)
  const child = spawn(process.execPath, [MAIN, 'start', site, '--port', '0', '--json'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const batches: Batch[] = []
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`drowse start ended with ${code}.`)))
    createInterface({ input: child.stdout }).on('line', (line) => {
      const value = JSON.parse(line)
      if (typeof value.url === 'string') resolve(value.url)
      if (value.batch) batches.push(value.batch)
    })
  })
  return { url, token: execFileSync(process.execPath, [MAIN, 'token', site], { encoding: 'utf8' }).trim(), batches, child }
}

/** 5,000 comments on one post, a fifth of them answers. */
async function fill({ url, token }: Gateway): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept: 'application/json' }
  for (let first = 0; first < COMMENTS; first += 200) {
    const comments = Array.from({ length: 200 }, (_, index) => {
      const id = first + index
      return {
        source: `bench:${id}`,
        parent: id % 5 === 4 ? `bench:${id - 3}` : null,
        pages: [FULL],
        name: `Reader ${id % 97}`,
        email: '',
        date: new Date(1_600_000_000_000 + id * 60_000).toISOString(),
        text: `A comment of some words, number ${id}, with *emphasis* and a [link](https://example.org/${id}).`,
        byOwner: false,
        state: 'shown',
      }
    })
    const body = JSON.stringify({ dry: false, comments })
    const response = await fetch(new URL('/-/comment.import', url), { method: 'POST', headers, body })
    if (response.status !== 201) throw new Error(`The import was answered ${response.status}: ${await response.text()}`)
    await response.arrayBuffer()
  }
}

async function send({ url }: Gateway, page: string, text: string): Promise<Response> {
  const body = new URLSearchParams({ page, name: 'Ann', text })
  return await fetch(new URL('/-/comment.create', url), { method: 'POST', body, redirect: 'manual' })
}

async function timed(gateway: Gateway, page: string, round: number): Promise<{ readonly ms: number; readonly rendered: number }> {
  const before = gateway.batches.length
  const startedAt = performance.now()
  const response = await send(gateway, page, `A *comment*, number ${round}.`)
  const ms = performance.now() - startedAt
  if (response.status !== 303) throw new Error(`The comment was answered ${response.status}: ${await response.text()}`)
  await response.arrayBuffer()
  while (gateway.batches.length === before) await sleep(1)
  await sleep(PAUSE_MS)
  return { ms, rendered: gateway.batches.at(-1)?.rendered ?? 0 }
}

function reportOfSizes(
  full: readonly number[],
  empty: readonly number[],
  pages: { readonly full: readonly number[]; readonly empty: readonly number[] },
): string {
  const row = (name: string, ms: readonly number[], rendered: readonly number[]) => [
    name,
    median(ms),
    percentile(ms, 0.95),
    percentile(ms, 0.99),
    `${Math.min(...rendered)}–${Math.max(...rendered)}`,
  ]
  return [
    `A comment, POST to published page, ms (${ROUNDS} each, by turns)`,
    table(
      ['', 'p50', 'p95', 'p99', 'pages'],
      [row(`on a post with ${COMMENTS}`, full, pages.full), row('on a post with none', empty, pages.empty)],
    ),
    bar('ratio of p50', median(full) / median(empty), 1.5),
    bar('ratio of p95', percentile(full, 0.95) / percentile(empty, 0.95), 1.5),
  ].join('\n')
}

/** So many a second whether they are answered or not; then each has to be on its post once, in the order in which it was numbered. */
async function flood(gateway: Gateway): Promise<string> {
  const wakesBefore = gateway.batches.length
  const latencies: number[] = []
  const statuses = new Map<number, number>()
  const sent = new Map<string, string[]>()
  const under: Promise<void>[] = []
  const total = PER_SECOND * SECONDS
  const startedAt = performance.now()
  for (let index = 0; index < total; index++) {
    const due = startedAt + (index * 1000) / PER_SECOND
    if (performance.now() < due) await sleep(due - performance.now())
    const page = `/posts/post-${POSTS - (index % BUSY_POSTS)}/`
    const text = `Flood ${index}.`
    under.push(
      (async () => {
        const at = performance.now()
        const response = await send(gateway, page, text)
        await response.arrayBuffer()
        latencies.push(performance.now() - at)
        if (response.status < 400) sent.set(page, [...(sent.get(page) ?? []), text])
        statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1)
      })(),
    )
  }
  const sentMs = performance.now() - startedAt
  await Promise.all(under)
  const answeredMs = performance.now() - startedAt
  const wrong = await wrongPages(gateway, sent)
  return [
    `${PER_SECOND} comments a second to one site for ${SECONDS} s: ${total} on ${BUSY_POSTS} posts, sent in ${(sentMs / 1000).toFixed(1)} s, all answered after ${(answeredMs / 1000).toFixed(1)} s`,
    table(
      ['', 'p50', 'p95', 'p99'],
      [['POST → answer, ms', median(latencies), percentile(latencies, 0.95), percentile(latencies, 0.99)]],
    ),
    `answers: ${[...statuses].map(([status, count]) => `${count} × ${status}`).join(', ')}; batches: ${gateway.batches.length - wakesBefore}`,
    bar('answered after the last was sent, s', (answeredMs - sentMs) / 1000, 5),
    bar('posts whose pages are wrong', wrong.length, 0),
    ...wrong,
  ].join('\n')
}

/** Posts on which a comment is missing, doubled, or out of its order. */
async function wrongPages({ url }: Gateway, sent: ReadonlyMap<string, readonly string[]>): Promise<readonly string[]> {
  const wrong: string[] = []
  for (const [page, texts] of sent) {
    const seen: { readonly number: number; readonly text: string }[] = []
    for (let path: string | null = page; path !== null; ) {
      const html: string = await (await fetch(new URL(path, url))).text()
      for (const [, number, text] of html.matchAll(/id="comment-(\d+)"[\s\S]*?<p>(Flood \d+\.)<\/p>/g))
        seen.push({ number: Number(number), text: text ?? '' })
      path = olderIn(html, path)
    }
    const numbers = seen.map(({ number }) => number)
    const isWhole =
      seen
        .map(({ text }) => text)
        .toSorted()
        .join() === texts.toSorted().join()
    if (!isWhole || new Set(numbers).size !== numbers.length) wrong.push(`${page}: ${seen.length} of ${texts.length}`)
  }
  return wrong
}

/** The page of comments before this one; a full page leads to the one after it too. */
function olderIn(html: string, path: string): string | null {
  const here = Number(/\/comments\/(\d+)\/$/.exec(path)?.[1] ?? Number.POSITIVE_INFINITY)
  const others = Array.from(html.matchAll(/href="([^"#]*\/comments\/(\d+)\/)#comments"/g), ([, to = '', number]) => ({
    to,
    number: Number(number),
  }))
  return others.find(({ number }) => number < here)?.to ?? null
}
