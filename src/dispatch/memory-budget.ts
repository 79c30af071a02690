/** A machine that sleeps with its memory held. */
export interface Sleeper {
  readonly memoryBytes: number
  /** When it was last written to, by the monotonic clock; 0 if it never was. */
  readonly writtenNs: bigint
  /** Lets it sink, so that it holds none. Returns at once. */
  evict(): void
}

/** What the paused machines of a host may hold together. One budget may be shared by several dispatchers. */
export interface MemoryBudget {
  /** This one sleeps now. If all together hold too much, those that were written to least recently are evicted. */
  hold(sleeper: Sleeper): void
  /** It runs, sinks or is gone. Does nothing where it was not held. */
  release(sleeper: Sleeper): void
  /** What all hold now. */
  readonly heldBytes: number
}

export function createMemoryBudget(limitBytes: number): MemoryBudget {
  const held = new Set<Sleeper>()
  const sum = () => held.values().reduce((bytes, { memoryBytes }) => bytes + memoryBytes, 0)
  return {
    hold(sleeper) {
      held.add(sleeper)
      for (const each of tooMany([...held], limitBytes)) {
        held.delete(each)
        each.evict()
      }
    },
    release: (sleeper) => void held.delete(sleeper),
    get heldBytes() {
      return sum()
    },
  }
}

/** Those that have to go, least recently written first, until the rest is within the limit. */
export function tooMany(sleepers: readonly Sleeper[], limitBytes: number): readonly Sleeper[] {
  let bytes = sleepers.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0)
  const oldestFirst = sleepers.toSorted((a, b) => (a.writtenNs < b.writtenNs ? -1 : Number(a.writtenNs > b.writtenNs)))
  return oldestFirst.filter(({ memoryBytes }) => {
    if (bytes <= limitBytes) return false
    bytes -= memoryBytes
    return true
  })
}
