import type { Percentiles } from '../meter/percentiles.ts'
import { phasesOf, type TierPhases } from '../meter/phases.ts'
import { meterOf } from './meter-file.ts'
import { SITE } from './paths.ts'
import { counted, duration, type Terminal } from './terminal.ts'

/** `drowse phases`: where the time of a site's writes went, by how deeply its machine slept. */
export async function runPhases(terminal: Terminal, site: string, options: { data?: string; last: number }): Promise<number> {
  const meter = meterOf(site, options.data)
  try {
    const tiers = phasesOf(meter.runs(SITE, options.last))
    if (tiers.length === 0) terminal.line('No write was published yet.')
    for (const tier of tiers) for (const line of tierLines(tier, terminal.style)) terminal.line(line)
    for (const tier of tiers) terminal.result(tier)
    return 0
  } finally {
    meter.close()
  }
}

function tierLines({ from, runs, writes, phases, whole, wakeShare }: TierPhases, style: Terminal['style']): readonly string[] {
  const state = from === 'off' ? 'started cold' : `woken from ${from}`
  const rows = [...phases, { name: 'whole', ...whole }].map(({ name, ...times }) => row(name, times, duration))
  return [
    `${style('bold', state)}: ${counted(runs, 'run')}, ${counted(writes, 'write')}`,
    style('dim', `  ${''.padEnd(11)}${['p50', 'p95', 'max'].map((word) => word.padStart(11)).join('')}`),
    ...rows,
    row('wake share', wakeShare, (share) => `${(share * 100).toFixed(1)} %`),
    '',
  ]
}

function row(name: string, { p50, p95, max }: Percentiles, told: (value: number) => string): string {
  return `  ${name.padEnd(11)}${[p50, p95, max].map((value) => told(value).padStart(11)).join('')}`
}
