import type { BatchEvent } from '../dispatch/types.ts'
import { percentiles } from '../meter/percentiles.ts'
import { batchLines } from './batch-lines.ts'
import type { Terminal } from './terminal.ts'

const REMEMBERED = 101
/** A median of fewer would say little. */
const ENOUGH = 5

/** Prints each batch as it comes: for people in two lines, with `--json` as `{ "batch": … }` on one. */
export function createBatchReport(terminal: Terminal) {
  let early: BatchEvent[] | null = []
  /** The wake shares of the last writes that found the machine paused. */
  const shares: number[] = []

  function print(event: BatchEvent): void {
    if (event.from === 'paused' && event.wakeShare !== null) shares.push(event.wakeShare)
    if (shares.length > REMEMBERED) shares.shift()
    for (const line of batchLines(event, terminal.style, medianOf(shares))) terminal.line(line)
    if (early === null) terminal.result({ batch: jsonOf(event) })
    else early.push(event)
  }

  return {
    batch: print,
    /** From here on programs are told too, beginning with what came before: the first line they read is where the site is. */
    begin(): void {
      for (const event of early ?? []) terminal.result({ batch: jsonOf(event) })
      early = null
    },
  }
}

/** A batch for programs. */
export function jsonOf({ error, ...event }: BatchEvent): object {
  if (error === undefined) return event
  const { code, message, hint } = error
  return { ...event, error: { code, message, hint } }
}

function medianOf(values: readonly number[]): number | null {
  return values.length < ENOUGH ? null : percentiles(values).p50
}
