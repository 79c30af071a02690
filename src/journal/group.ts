interface Waiting<Item, Outcome> {
  readonly item: Item
  readonly resolve: (outcome: Outcome) => void
  readonly reject: (error: unknown) => void
}

/** What became of one item of a group: a value, or the error of that item alone. */
export type Settled<Outcome> = { readonly ok: true; readonly outcome: Outcome } | { readonly ok: false; readonly error: unknown }

/**
 * Collects what is asked for in one turn of the event loop and hands it to `commit` together, so that all of it shares one fsync. While
 * `commit` blocks, the next requests wait in the kernel and make up the next group: the group grows with the load by itself.
 *
 * `commit` returns one outcome an item, in order. If it throws for a group, each item is tried alone, so that one item that does not fit
 * does not take its neighbours with it.
 */
export function createGroup<Item, Outcome>(commit: (items: readonly Item[]) => readonly Settled<Outcome>[]) {
  let waiting: Waiting<Item, Outcome>[] = []

  function flush(): void {
    const group = waiting
    waiting = []
    if (group.length === 0 || settle(group, attempt(group))) return
    for (const one of group) {
      const outcome = attempt([one])
      if (!settle([one], outcome)) one.reject(outcome)
    }
  }

  /** The outcomes, or the error that took the whole group down. */
  function attempt(group: readonly Waiting<Item, Outcome>[]): readonly Settled<Outcome>[] | Error {
    try {
      return commit(group.map((one) => one.item))
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error))
    }
  }

  function settle(group: readonly Waiting<Item, Outcome>[], outcomes: readonly Settled<Outcome>[] | Error): boolean {
    if (outcomes instanceof Error) return false
    for (const [index, one] of group.entries()) {
      const settled = outcomes[index]
      if (settled === undefined) one.reject(new Error('A commit returned fewer outcomes than items.'))
      else if (settled.ok) one.resolve(settled.outcome)
      else one.reject(settled.error)
    }
    return true
  }

  return {
    add(item: Item): Promise<Outcome> {
      return new Promise((resolve, reject) => {
        if (waiting.length === 0) setImmediate(flush)
        waiting.push({ item, resolve, reject })
      })
    },
    /** Commits what waits, now. */
    flush,
  }
}
