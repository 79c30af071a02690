import type { Phase } from './types.ts'

/** Times the steps of a verb by the monotonic clock. */
export interface Stopwatch {
  /** Ends a phase that began at the last lap or, for the first, when the watch was made. */
  lap(name: string): void
  readonly phases: readonly Phase[]
}

export function createStopwatch(): Stopwatch {
  const phases: Phase[] = []
  let last = process.hrtime.bigint()
  return {
    lap(name) {
      const time = process.hrtime.bigint()
      phases.push({ name, ns: Number(time - last) })
      last = time
    },
    phases,
  }
}
