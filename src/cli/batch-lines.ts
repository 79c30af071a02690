import type { BatchEvent } from '../dispatch/types.ts'
import { counted, duration, type Terminal } from './terminal.ts'

/** What each phase is called on the way of a write. */
const WORDS: Readonly<Record<string, string>> = {
  queue: 'queued',
  wake: 'woke',
  apply: 'applied',
  render: 'rendered',
  transfer: 'transferred',
  publish: 'published',
  record: 'recorded',
  suspend: 'slept',
}

/** A batch as the terminal shows it: what was asked, what it came to, and where the time went. */
export function batchLines(event: BatchEvent, style: Terminal['style']): readonly string[] {
  const { phases, from, writes, rendered, changed, removed, wakeShare, error, parked, problems } = event
  const what = writes === 0 ? 'a timer' : counted(writes, 'write')
  const came = `${counted(rendered, 'page')} rendered, ${changed} published${removed === 0 ? '' : `, ${removed} removed`}`
  const state = from === null ? 'not woken' : `woken from ${from}`
  const steps = phases.map(({ name, ns }) => `${WORDS[name] ?? name} ${style('bold', duration(ns))}`).join(style('dim', ' · '))
  const share =
    wakeShare === null
      ? ''
      : `${style('dim', ' · ')}wake share ${style(wakeShare <= 0.1 ? 'green' : 'yellow', `${(wakeShare * 100).toFixed(1)} %`)}`
  const lines = [`${style('cyan', '●')} ${what}: ${state}, ${came}`, `  ${steps}${share}`]
  for (const problem of problems) lines.push(`  ${style('red', 'error')} ${problem.message}`)
  if (parked !== undefined) lines.push(`  ${style('red', 'put aside')} the write ${parked} could not be applied; it is kept`)
  if (error !== undefined)
    lines.push(`  ${style('red', 'error')} ${error.message}${error.hint === undefined ? '' : ` ${error.hint}`}`)
  return lines
}
