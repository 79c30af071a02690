import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, cpSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../src/cli/drowse.js', import.meta.url))
const SITES = fileURLToPath(new URL('../fixtures/sites/', import.meta.url))

/** What `drowse start --json` says of a batch, as far as the tests read it. */
export interface Batch {
  readonly site?: string
  readonly writes: number
  readonly rendered: number
  readonly changed: number
  readonly from: string | null
  readonly wakeShare: number | null
  readonly parked?: string
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string }
}

/** One line of `--json`. */
export interface Line {
  readonly url?: string
  /** Of `drowse gateway`: how many sites it has looked at. */
  readonly looked?: number
  readonly batch?: Batch
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string }
  readonly problems?: readonly { where: string; line?: number; rule: string; message: string; hint?: string }[]
  /** Of the mortal gateway: when something will die, and at which step it did. */
  readonly decided?: number
  readonly died?: string
  /** Of the mortal gateway: a run of the machine is over. */
  readonly slept?: true
}

/** A gateway's process. */
export interface Product {
  readonly url: string
  readonly pid: number
  /** What it said so far. */
  readonly lines: readonly Line[]
  /** Resolves with the first line, old or new, that `wanted` takes; rejects when the process ends without one. */
  line(wanted: (line: Line) => boolean): Promise<Line>
  /** The batches so far. */
  batches(): readonly Batch[]
  tell(order: unknown): void
  /** Ends with the exit code, by SIGTERM. */
  stop(): Promise<number | null>
  kill(): Promise<void>
  readonly ended: Promise<number | null>
}

/** A folder for one test: a copy of a fixture's site, which shows comments at once unless told otherwise, and room for data. */
export function workplace(site = 'small', comments = 'moderation: open') {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'drowse-flow-')))
  const siteDir = join(root, 'site')
  cpSync(join(SITES, site), siteDir, { recursive: true })
  appendFileSync(join(siteDir, 'site.yaml'), `\ncomments: { ${comments} }\n`)
  return { root, siteDir, dataDir: join(root, 'data'), clear: () => rmSync(root, { recursive: true, force: true }) }
}

export type Workplace = ReturnType<typeof workplace>

/** `drowse start` as a newcomer runs it, on a free port. Resolves once the site is served; rejects when it never is. */
export async function startProduct(
  { siteDir, dataDir }: Pick<Workplace, 'siteDir' | 'dataDir'>,
  env: NodeJS.ProcessEnv = {},
): Promise<Product> {
  return await startGateway([MAIN, 'start', siteDir, '--port', '0', '--data', dataDir, '--json'], env)
}

/** A program that says where it serves, as `drowse start --json` does. */
export async function startGateway(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Product> {
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } })
  const product = watch(child)
  const first = await product.line(({ url }) => url !== undefined)
  return { ...product, url: (first.url ?? '').replace(/\/$/, '') }
}

function watch(child: ChildProcess & { stdout: NonNullable<unknown> }): Product {
  const lines: Line[] = []
  const listeners = new Set<(line: Line | null) => void>()
  let complaints = ''
  const ended = Promise.withResolvers<number | null>()

  child.stderr?.on('data', (chunk) => {
    complaints += String(chunk)
  })
  child.stdin?.on('error', () => {})
  const reader = createInterface({ input: child.stdout })
  reader.on('line', (text) => {
    const line: Line = JSON.parse(text)
    lines.push(line)
    for (const listener of [...listeners]) listener(line)
  })
  child.once('close', (code) => {
    ended.resolve(code)
    for (const listener of [...listeners]) listener(null)
  })

  async function kill(): Promise<void> {
    child.kill('SIGKILL')
    await ended.promise
  }

  return {
    url: '',
    pid: child.pid ?? 0,
    lines,
    batches: () => lines.flatMap(({ batch }) => batch ?? []),
    line: (wanted) =>
      new Promise((resolve, reject) => {
        const there = lines.find(wanted)
        if (there !== undefined) return resolve(there)
        const listener = (line: Line | null) => {
          if (line !== null && !wanted(line)) return
          listeners.delete(listener)
          if (line !== null) resolve(line)
          else reject(new Error(`The gateway ended: ${JSON.stringify(lines.at(-1))} ${complaints}`))
        }
        if (child.exitCode !== null || child.signalCode !== null) return listener(null)
        listeners.add(listener)
      }),
    tell: (order) => void child.stdin?.write(`${JSON.stringify(order)}\n`),
    async stop() {
      child.kill('SIGTERM')
      return await ended.promise
    },
    kill,
    ended: ended.promise,
  }
}

/** Runs a verb to its end, in the folder `cwd`. */
export async function drowse(args: readonly string[], env: NodeJS.ProcessEnv = {}, cwd = process.cwd()) {
  const options = { cwd, env: { ...process.env, ...env } }
  const child = spawn(process.execPath, [MAIN, ...args], { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => {
    stdout += String(chunk)
  })
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk)
  })
  await once(child, 'close')
  return { code: child.exitCode, stdout, stderr }
}
