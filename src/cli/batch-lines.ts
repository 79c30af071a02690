import type { BatchEvent, Outcome } from '../dispatch/types.ts'
import type { Json } from '../protocol/types.ts'
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

/** How many writes of a batch are named one by one. */
const NAMED = 3

/**
 * A batch as the terminal shows it: what was asked, what it came to, and where the time went. `median` is the wake share of the writes so far that found
 * the machine paused; null while there are too few.
 */
export function batchLines(event: BatchEvent, style: Terminal['style'], median: number | null): readonly string[] {
  const { phases, from, rendered, changed, removed, wakeShare, error, parked, problems } = event
  const came = `${counted(rendered, 'page')} rendered, ${changed} published${removed === 0 ? '' : `, ${removed} removed`}`
  const state = from === null ? 'not woken' : from === 'off' ? 'started cold' : `woken from ${from}`
  const steps = phases.map(({ name, ns }) => `${WORDS[name] ?? name} ${style('bold', duration(ns))}`)
  const share = wakeShare === null || from === 'off' ? [] : [shareOf(wakeShare, median, style)]
  const lines = [
    `${style('cyan', '●')} ${asked(event)}: ${state}, ${came}`,
    `  ${[...steps, ...share].join(style('dim', ' · '))}`,
  ]
  for (const problem of problems) lines.push(`  ${style('red', 'error')} ${problem.message}`)
  if (parked !== undefined) lines.push(`  ${style('red', 'put aside')} the write ${parked} could not be applied; it is kept`)
  if (error !== undefined)
    lines.push(`  ${style('red', 'error')} ${error.message}${error.hint === undefined ? '' : ` ${error.hint}`}`)
  return lines
}

/** The writes by name while they are few, else their number; refused ones with the reason. */
function asked({ writes, outcomes }: BatchEvent): string {
  if (writes === 0) return 'a timer'
  if (outcomes.length === 0 || outcomes.length > NAMED) {
    const refused = outcomes.filter(({ receipt }) => receipt.status === 'rejected').length
    return `${counted(writes, 'write')}${refused === 0 ? '' : ` (${refused} refused)`}`
  }
  return outcomes.map(named).join(', ')
}

function named({ kind, receipt }: Outcome): string {
  if (receipt.status === 'rejected') return `${kind} refused (${receipt.code})`
  if (isHeld(receipt.result)) return `${kind} held ${JSON.stringify(receipt.result)}`
  return `${kind}${receipt.page === undefined ? '' : ` on ${receipt.page}`}`
}

/** What waits for the owner; its page is its writer’s alone. */
function isHeld(result: Json | undefined): boolean {
  return typeof result === 'object' && result !== null && 'state' in result && result.state === 'held'
}

function shareOf(share: number, median: number | null, style: Terminal['style']): string {
  const percent = (part: number) => `${(part * 100).toFixed(1)} %`
  const own = `wake share ${style(share <= 0.1 ? 'green' : 'yellow', percent(share))}`
  return median === null ? own : `${own} ${style('dim', `(median ${percent(median)})`)}`
}
