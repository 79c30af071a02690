import type { NumberedRun, Prices } from './types.ts'

const NS_PER_HOUR = 3_600_000_000_000
const NS_PER_MS = 1_000_000
const BYTES_PER_GB = 1_000_000_000

/** What a site's machine did in a month, and what it costs. Times in nanoseconds, money in units of the currency. */
export interface Bill {
  /** `2026-11`, in UTC. */
  readonly month: string
  readonly runs: number
  readonly writes: number
  readonly awakeNs: number
  /** Of the runs whose driver could tell. */
  readonly cpuNs: number
  /** Memory held while it slept, as bytes × nanoseconds. */
  readonly heldByteNs: number
  /** Runs that nothing is asked for: failed ones, and those with a correction. */
  readonly freeRuns: number
  /** By price version, in the order they came into force; the part of the time that no price was set for is none of them. */
  readonly lines: readonly BillLine[]
  /** The same month of a machine that never sleeps. */
  readonly alwaysOn: { readonly awakeNs: number; readonly amount: number | null }
}

export interface BillLine {
  readonly prices: Prices
  readonly awakeNs: number
  readonly heldByteNs: number
  readonly amount: number
}

/**
 * Adds up a month of runs, which are all of one site's in their order, with the one before and the one after, whose sleep may reach into it. A run counts
 * for the month it began in, sleep for the months it was in. Sleep counts where both its ends were seen: a gateway that died knows nothing of it.
 */
export function billOf(runs: readonly NumberedRun[], month: string): Bill {
  const { startMs, endMs } = monthBounds(month)
  const isWithin = ({ startedAt }: NumberedRun) => Date.parse(startedAt) >= startMs && Date.parse(startedAt) < endMs
  const own = runs.filter(isWithin)
  const paid = own.filter((run) => !isFree(run))
  const slept = runs.flatMap((run, index) => sleepAfter(run, runs[index + 1], startMs, endMs))
  const monthNs = (endMs - startMs) * NS_PER_MS
  const latest = runs.filter(({ prices }) => prices !== null).at(-1)?.prices ?? null
  return {
    month,
    runs: own.length,
    writes: own.reduce((sum, { writes }) => sum + writes, 0),
    awakeNs: paid.reduce((sum, run) => sum + awakeNs(run), 0),
    cpuNs: own.reduce((sum, { cpuNs }) => sum + (cpuNs ?? 0), 0),
    heldByteNs: slept.reduce((sum, { byteNs }) => sum + byteNs, 0),
    freeRuns: own.length - paid.length,
    lines: linesOf(paid, slept),
    alwaysOn: { awakeNs: monthNs, amount: latest === null ? null : (monthNs / NS_PER_HOUR) * latest.awakeHour },
  }
}

interface Sleep {
  readonly prices: Prices | null
  readonly byteNs: number
}

/** What was held between a run and the next one, where they show that it was: the machine was found as it had been left, in the same boot of the host. */
function sleepAfter(run: NumberedRun, next: NumberedRun | undefined, startMs: number, endMs: number): readonly Sleep[] {
  if (next === undefined || run.to !== 'paused' || next.from !== 'paused' || run.bootId !== next.bootId) return []
  const lengthNs = Number(next.startedNs - run.endedNs)
  const beganMs = Date.parse(run.startedAt) + Number(run.endedNs - run.startedNs) / NS_PER_MS
  const withinMs = Math.min(endMs, beganMs + lengthNs / NS_PER_MS) - Math.max(startMs, beganMs)
  if (withinMs <= 0) return []
  return [{ prices: run.prices, byteNs: Math.min(lengthNs, withinMs * NS_PER_MS) * (run.memoryBytes ?? 0) }]
}

function linesOf(runs: readonly NumberedRun[], slept: readonly Sleep[]): readonly BillLine[] {
  const versions = new Map<string, Prices>()
  for (const { prices } of [...runs, ...slept]) if (prices !== null) versions.set(nameOf(prices), prices)
  return [...versions].map(([name, prices]) => {
    const isOf = (of: { readonly prices: Prices | null }) => of.prices !== null && nameOf(of.prices) === name
    const awake = runs.filter(isOf).reduce((sum, run) => sum + awakeNs(run), 0)
    const held = slept.filter(isOf).reduce((sum, { byteNs }) => sum + byteNs, 0)
    const amount = (awake * prices.awakeHour + (held / BYTES_PER_GB) * prices.memoryGbHour) / NS_PER_HOUR
    return { prices, awakeNs: awake, heldByteNs: held, amount }
  })
}

/** Two of one name may differ, if somebody changed a price and not its name. */
function nameOf({ version, currency, awakeHour, memoryGbHour }: Prices): string {
  return [version, currency, awakeHour, memoryGbHour].join('\n')
}

function awakeNs({ startedNs, endedNs }: NumberedRun): number {
  return Number(endedNs - startedNs)
}

function isFree({ reason, freedFor }: NumberedRun): boolean {
  return reason === 'failed' || freedFor !== null
}

/** Of a month such as `2026-11`, in UTC. */
export function monthBounds(month: string): { readonly startMs: number; readonly endMs: number } {
  const [year = Number.NaN, number = Number.NaN] = month.split('-').map(Number)
  return { startMs: Date.UTC(year, number - 1), endMs: Date.UTC(year, number) }
}
