import type { DurableState } from '../journal/types.ts'

const PREFIX = 'dispatch/saved-since/'

/** Since when each machine has been saved, in milliseconds since 1970: kept over restarts, as the machine is. */
export interface SavedTimes {
  /** Null: it is not saved. Touches the disk only where something changed. */
  set(site: string, sinceMs: number | null): void
  readonly entries: readonly (readonly [site: string, sinceMs: number])[]
}

export function createSavedTimes(state: DurableState): SavedTimes {
  const times = new Map(state.entries(PREFIX).map(([key, at]) => [key.slice(PREFIX.length), Date.parse(at)]))
  return {
    set(site, sinceMs) {
      if ((times.get(site) ?? null) === sinceMs) return
      state.set(PREFIX + site, sinceMs === null ? null : new Date(sinceMs).toISOString())
      if (sinceMs === null) times.delete(site)
      else times.set(site, sinceMs)
    },
    get entries() {
      return [...times]
    },
  }
}
