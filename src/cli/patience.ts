import type { BatchEvent } from '../dispatch/types.ts'
import type { DrowseError } from '../errors/drowse-error.ts'

const TRIES = 3

/** For a person who waits for the machine: `over` resolves with the reason once three batches in a row have failed. They are tried again all the same. */
export function createPatience() {
  const over = Promise.withResolvers<DrowseError>()
  let failures = 0
  return {
    over: over.promise,
    notice({ error }: BatchEvent): void {
      failures = error === undefined ? 0 : failures + 1
      if (error !== undefined && failures === TRIES) over.resolve(error)
    },
  }
}
