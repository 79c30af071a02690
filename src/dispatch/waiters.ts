import type { Receipt } from '../protocol/types.ts'
import type { Clock } from './types.ts'

/** Those who wait for a write to be visible. */
export interface Waiters {
  /** Null when the deadline comes first. */
  wait(site: string, write: string, deadlineMs: number): Promise<Receipt | null>
  settle(site: string, write: string, receipt: Receipt | null): void
  /** Sends everybody away with null. */
  close(): void
}

export function createWaiters(clock: Clock): Waiters {
  const waiting = new Map<string, Set<(receipt: Receipt | null) => void>>()
  const keyOf = (site: string, write: string) => `${site}\n${write}`

  return {
    wait: (site, write, deadlineMs) =>
      new Promise((resolve) => {
        const key = keyOf(site, write)
        const others = waiting.get(key) ?? new Set()
        waiting.set(key, others)
        const finish = (receipt: Receipt | null) => {
          cancel()
          others.delete(finish)
          if (others.size === 0) waiting.delete(key)
          resolve(receipt)
        }
        const cancel = clock.after(deadlineMs, () => finish(null))
        others.add(finish)
      }),
    settle(site, write, receipt) {
      for (const finish of [...(waiting.get(keyOf(site, write)) ?? [])]) finish(receipt)
    },
    close() {
      for (const all of [...waiting.values()]) for (const finish of [...all]) finish(null)
    },
  }
}
