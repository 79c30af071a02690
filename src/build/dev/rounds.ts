import type { Burst } from './watch-files.ts'

/** Runs `round` for one burst at a time; what comes meanwhile is one burst afterwards. */
export interface Rounds {
  add(burst: Burst): void
  /** Resolves when nothing is under way or waiting. */
  settled(): Promise<void>
  /** Takes no more bursts, and drops the one that waits. */
  stop(): void
}

/** `round` must not throw. */
export function takeRounds(round: (burst: Burst) => Promise<void>): Rounds {
  let waiting: Burst | null = null
  let running: Promise<void> | null = null
  let stopped = false

  async function run(): Promise<void> {
    for (let burst = waiting; burst !== null; burst = waiting) {
      waiting = null
      await round(burst)
    }
    running = null
  }

  return {
    add(burst) {
      if (stopped) return
      waiting = waiting ? { paths: waiting.paths.union(burst.paths), since: waiting.since } : burst
      running ??= run()
    },
    async settled() {
      while (running !== null) await running
    },
    stop() {
      stopped = true
      waiting = null
    },
  }
}
