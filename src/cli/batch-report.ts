import type { BatchEvent } from '../dispatch/types.ts'
import { batchLines } from './batch-lines.ts'
import type { Terminal } from './terminal.ts'

/** Prints each batch as it comes: for people in two lines, with `--json` as `{ "batch": … }` on one. */
export function createBatchReport(terminal: Terminal) {
  let early: BatchEvent[] | null = []

  function print(event: BatchEvent): void {
    for (const line of batchLines(event, terminal.style)) terminal.line(line)
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

function jsonOf({ error, ...event }: BatchEvent): object {
  if (error === undefined) return event
  const { code, message, hint } = error
  return { ...event, error: { code, message, hint } }
}
