import type { SiteConfig } from '../config/types.ts'
import type { WakeBudget } from '../dispatch/types.ts'
import { type Allowance, createAllowance, UNLIMITED } from '../gateway/allowance.ts'

const HOUR_MS = 3_600_000
const KEY = 'wakes'

/** The budget of a site's wakes: what its hour and its day both have left. It is full when the gateway starts. */
export function wakeBudget({
  wakesPerHour,
  wakesPerDay,
}: Pick<SiteConfig['gateway'], 'wakesPerHour' | 'wakesPerDay'>): WakeBudget {
  const allowances = [allowed(wakesPerHour, HOUR_MS), allowed(wakesPerDay, 24 * HOUR_MS)]
  return {
    waitMs: () => Math.max(...allowances.map((each) => each.waitMs(KEY))),
    spend() {
      for (const each of allowances) each.take(KEY)
    },
  }
}

function allowed(most: number | null, windowMs: number): Allowance {
  return most === null ? UNLIMITED : createAllowance({ most, windowMs, now: () => performance.now() })
}
