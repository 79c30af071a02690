/** How much of something may be had in a time, for each of many keys. */
export interface Allowance {
  /** How long until one may be taken; 0: now. */
  waitMs(key: string): number
  /** Takes one, whether or not it may be had. */
  take(key: string): void
  /** How much of what may be had at once is gone: 0 for nothing, 1 for all of it. */
  strain(key: string): number
}

interface AllowanceOptions {
  /** At most so many in any `windowMs`: half of them at once, and the others one by one as time goes by. */
  readonly most: number
  readonly windowMs: number
  /** So many keys are remembered; of more, those that took something longest ago begin anew. */
  readonly keys?: number
  /** Milliseconds of a clock that nobody sets. */
  readonly now: () => number
}

/** A generic cell rate algorithm: of each key one number is kept, the time at which all may be had at once again. */
export function createAllowance({ most, windowMs, keys = 1, now }: AllowanceOptions): Allowance {
  const atOnce = Math.max(1, Math.floor(most / 2))
  const eachMs = windowMs / Math.max(1, most - atOnce)
  const fullAt = new Map<string, number>()
  const missingMs = (key: string) => Math.max(0, (fullAt.get(key) ?? 0) - now())

  return {
    waitMs: (key) => Math.max(0, missingMs(key) - (atOnce - 1) * eachMs),
    take(key) {
      const missing = missingMs(key)
      // Last in the map: what was used longest ago comes first.
      fullAt.delete(key)
      fullAt.set(key, now() + missing + eachMs)
      const [oldest] = fullAt.size > keys ? fullAt.keys() : []
      if (oldest !== undefined) fullAt.delete(oldest)
    },
    strain: (key) => Math.min(1, Math.ceil(missingMs(key) / eachMs) / atOnce),
  }
}

/** What is never used up. */
export const UNLIMITED: Allowance = { waitMs: () => 0, take: () => undefined, strain: () => 0 }
