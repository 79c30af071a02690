import { DrowseError } from '../errors/drowse-error.ts'
import { type Bill, billOf, monthBounds } from '../meter/bill.ts'
import type { NumberedRun } from '../meter/types.ts'
import { csv } from './csv.ts'
import { meterOf } from './meter-file.ts'
import { SITE } from './paths.ts'
import { counted, duration, type Terminal } from './terminal.ts'

interface BillOptions {
  readonly data?: string
  readonly month?: string
  readonly csv?: true
  readonly free?: number
  readonly why: string
}

/** `drowse bill`: a month of a site's machine, or a correction of it. Throws `run-unknown` for a correction of no run. */
export async function runBill(terminal: Terminal, site: string, options: BillOptions): Promise<number> {
  const meter = meterOf(site, options.data)
  try {
    if (options.free !== undefined) return free(terminal, meter, options.free, options.why)
    const month = options.month ?? new Date().toISOString().slice(0, 'yyyy-mm'.length)
    const { startMs, endMs } = monthBounds(month)
    const at = (ms: number) => new Date(ms).toISOString()
    const runs = meter.around(SITE, at(startMs), at(endMs))
    if (options.csv === true) {
      if (!terminal.json) process.stdout.write(csv([COLUMNS, ...meter.between(SITE, at(startMs), at(endMs)).map(cellsOf)]))
      return 0
    }
    const bill = billOf(runs, month)
    for (const line of billLines(bill, terminal.style)) terminal.line(line)
    terminal.result(bill)
    return 0
  } finally {
    meter.close()
  }
}

function free(terminal: Terminal, meter: ReturnType<typeof meterOf>, run: number, why: string): number {
  if (!meter.free(SITE, run, new Date().toISOString(), why)) {
    throw new DrowseError('run-unknown', `The meter has no run ${run}, or nothing is asked for it already.`, {
      hint: 'The numbers are in the first column of `drowse bill --csv`.',
    })
  }
  terminal.line(`Nothing is asked for run ${run}: ${why}`)
  terminal.result({ free: run, why: why })
  return 0
}

function billLines(bill: Bill, style: Terminal['style']): readonly string[] {
  const { month, runs, writes, awakeNs, cpuNs, heldByteNs, freeRuns, lines, alwaysOn } = bill
  const shareOfMonth = awakeNs / alwaysOn.awakeNs
  const line = (name: string, value: string, note = '') =>
    `  ${name.padEnd(16)}${value.padStart(16)}${note === '' ? '' : style('dim', `  ${note}`)}`
  const sums = lines.map(({ prices, amount }) =>
    line(
      `at ${prices.version}`,
      money(amount, prices.currency),
      `${prices.awakeHour} an hour awake, ${prices.memoryGbHour} a GB-hour held`,
    ),
  )
  const currency = lines.at(-1)?.prices.currency
  const beside =
    alwaysOn.amount === null || currency === undefined ? [] : [line('', money(alwaysOn.amount, currency), 'at the last price')]
  const unpriced =
    lines.length > 0 || runs === 0
      ? []
      : [style('dim', '  Set `machine.prices` in site.yaml to see what it costs; what ran before has no price.')]
  return [
    style(
      'bold',
      `${month}: ${counted(writes, 'write')} in ${counted(runs, 'run')}${freeRuns === 0 ? '' : `, ${freeRuns} of them free`}`,
    ),
    line('awake', duration(awakeNs), `${(shareOfMonth * 100).toPrecision(2)} % of the month`),
    line('processor', duration(cpuNs), 'of the host, where it could be told'),
    line('memory held', `${(heldByteNs / 1e9 / 3.6e12).toPrecision(3)} GB-hours`, 'while it slept'),
    ...sums,
    ...unpriced,
    line('always on', hours(alwaysOn.awakeNs), 'the same month of a machine that never sleeps'),
    ...beside,
  ]
}

function hours(ns: number): string {
  return `${(ns / 3.6e12).toFixed(0)} h`
}

/** Small amounts are what it is about. */
function money(amount: number, currency: string): string {
  return `${amount.toFixed(amount < 0.01 ? 6 : 2)} ${currency}`
}

const COLUMNS = [
  'run',
  'started_at',
  'from',
  'to',
  'reason',
  'writes',
  'awake_ns',
  'cpu_ns',
  'memory_bytes',
  'price_version',
  'currency',
  'amount',
  'free_because',
]

function cellsOf(run: NumberedRun): readonly string[] {
  const { id, startedAt, from, to, reason, writes, cpuNs, memoryBytes, prices, freedFor } = run
  const awakeNs = run.endedNs - run.startedNs
  const freeBecause = freedFor ?? (reason === 'failed' ? 'failed' : '')
  const amount = prices === null ? '' : freeBecause === '' ? ((Number(awakeNs) * prices.awakeHour) / 3.6e12).toFixed(9) : '0'
  const cells = [
    id,
    startedAt,
    from,
    to,
    reason,
    writes,
    awakeNs,
    cpuNs,
    memoryBytes,
    prices?.version,
    prices?.currency,
    amount,
    freeBecause,
  ]
  return cells.map((cell) => String(cell ?? ''))
}
