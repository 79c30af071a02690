import type { Batch } from '../journal/types.ts'

// A write that fails alone is tried this often before it is parked; the batch it was in has failed several times before.
const TRIES_ALONE = 2

/** Finds the write that a batch always fails with, so that it does not block those behind it for ever. */
export interface Suspicion {
  /** How many writes the next batch may have: one while a culprit is looked for. */
  limit(normal: number): number
  /** The batch was tried and its writes or the guest failed. Returns the write to be parked if the machine is well without it. */
  failed(batch: Batch): string | null
  passed(batch: Batch): void
}

/** A batch that failed `suspectAfter` times is taken apart: its writes are applied one at a time until its last one has passed. */
export function createSuspicion(suspectAfter: number): Suspicion {
  let head = ''
  let failures = 0
  let aloneUntil: string | null = null

  return {
    limit: (normal) => (aloneUntil === null ? normal : 1),
    failed({ writes }) {
      const first = writes[0]?.id
      if (first === undefined) return null
      failures = first === head ? failures + 1 : 1
      head = first
      if (aloneUntil === null) {
        if (failures < suspectAfter) return null
        aloneUntil = writes.at(-1)?.id ?? null
        failures = 0
        return writes.length === 1 ? first : null
      }
      return failures >= TRIES_ALONE ? first : null
    },
    passed({ writes }) {
      failures = 0
      if (writes.some((write) => write.id === aloneUntil)) aloneUntil = null
    },
  }
}
