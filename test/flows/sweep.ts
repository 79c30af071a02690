import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { SITE } from '../../src/cli/paths.ts'
import { guestsOf } from './processes.ts'
import { type Line, type Product, startGateway, type Workplace } from './product.ts'

const GATEWAY = fileURLToPath(new URL('mortal-gateway.ts', import.meta.url))

/** A write that differs from round to round. */
export interface Probe {
  /** Sends it until it is answered. */
  send(urlNow: () => string, round: number): Promise<unknown>
  /** Fails if readers do not have it exactly once. */
  check(url: string, round: number): Promise<void>
}

export interface Sweep {
  /** The steps at which something was killed, in their order. */
  readonly steps: readonly string[]
  readonly rounds: number
}

export interface Victims {
  readonly gateway: Product
  /** Ends it and puts another one in its place. */
  replaceGateway(): Promise<void>
  /** Ends it gracefully; the exit code. */
  stop(): Promise<number | null>
}

export async function startMortal(place: Workplace): Promise<Victims> {
  const start = (siteDir: string) => startGateway([GATEWAY, siteDir, place.dataDir])
  let gateway = await start(place.siteDir)
  return {
    get gateway() {
      return gateway
    },
    async replaceGateway() {
      await gateway.kill()
      gateway = await start('')
    },
    stop: () => gateway.stop(),
  }
}

/** Kills `victim` at the gateway's first step, then at its second and so on, until a write comes through unharmed. */
export async function sweepGateway(
  victims: Victims,
  _place: Workplace,
  probe: Probe,
  victim: 'gateway' | 'guest',
): Promise<Sweep> {
  return await sweep(victims, probe, {
    async prepare(at) {
      return await decide(victims.gateway, at, victim)
    },
    died: (news) => news().find(({ died }) => died !== undefined)?.died,
    async strike() {
      if (victim === 'gateway') await victims.replaceGateway()
    },
  })
}

/** Kills `victim` while the guest stands at its first step, then at its second and so on, until a write comes through unharmed. */
export async function sweepGuest(
  victims: Victims,
  { dataDir }: Workplace,
  probe: Probe,
  victim: 'gateway' | 'guest',
): Promise<Sweep> {
  const order = join(dataDir, 'machines', SITE, 'stand-still-at')
  const report = join(dataDir, 'machines', SITE, 'stands-at')
  return await sweep(victims, probe, {
    async prepare(at) {
      const news = await decide(victims.gateway, -1, victim)
      writeFileSync(order, `${at}`)
      return news
    },
    died: () => (existsSync(report) ? readFileSync(report, 'utf8') : undefined),
    async strike() {
      for (const file of [order, report]) rmSync(file, { force: true })
      if (victim === 'gateway') await victims.replaceGateway()
      else for (const pid of guestsOf(dataDir)) process.kill(pid, 'SIGKILL')
    },
  })
}

/** What the gateway has said since something was decided. */
type News = () => readonly Line[]

interface Means {
  /** Resolves once the next write will be struck at its step `at`. */
  prepare(at: number): Promise<News>
  /** The step that was reached, if it was. */
  died(news: News): string | undefined
  strike(): Promise<void>
}

async function sweep(victims: Victims, probe: Probe, { prepare, died, strike }: Means): Promise<Sweep> {
  const steps: string[] = []
  await probe.send(() => victims.gateway.url, 0)
  for (let at = 0; ; at++) {
    const round = at + 1
    const news = await prepare(at)
    const answer = probe.send(() => victims.gateway.url, round)
    const step = await firstOf(
      () => died(news),
      () => news().some(({ slept }) => slept === true),
    )
    if (step !== null) await strike()
    await answer
    await probe.check(victims.gateway.url, round)
    if (step === null) return { steps, rounds: round }
    steps.push(step)
  }
}

/** Has `victim` die at the gateway's step `at`, counted from a moment when all was at rest. */
async function decide(gateway: Product, at: number, victim: 'gateway' | 'guest'): Promise<News> {
  const before = new Set(gateway.lines)
  gateway.tell({ at, victim })
  const decided = await gateway.line((line) => line.decided === at && !before.has(line))
  return () => gateway.lines.slice(gateway.lines.indexOf(decided))
}

/** What `found` gives, or null once `isOver` and it gave nothing. */
async function firstOf(found: () => string | undefined, isOver: () => boolean): Promise<string | null> {
  for (;;) {
    const over = isOver()
    const value = found()
    if (value !== undefined) return value
    if (over) return null
    await sleep(3)
  }
}
