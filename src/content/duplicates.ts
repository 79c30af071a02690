import type { Problem } from '../protocol/types.ts'
import type { Entry } from './types.ts'

type Placed = Pick<Entry, 'id' | 'path' | 'source'>

/** A problem for every entry whose id or path an earlier one (by source) has already. Entries without a clash are not named. */
export function findDuplicates(entries: Iterable<Placed>): Problem[] {
  const byPath = new Map<string, Placed>()
  const byId = new Map<string, Placed>()
  return [...entries].toSorted(bySource).flatMap((entry) => {
    const first = byPath.get(entry.path) ?? byId.get(entry.id)
    if (first !== undefined) return [duplicate(entry, first)]
    byPath.set(entry.path, entry)
    byId.set(entry.id, entry)
    return []
  })
}

function bySource(a: Placed, b: Placed): number {
  return a.source < b.source ? -1 : a.source > b.source ? 1 : 0
}

function duplicate(entry: Placed, first: Placed): Problem {
  return {
    where: entry.source,
    line: 1,
    column: 1,
    rule: 'content/duplicate-path',
    message: `${entry.source} and ${first.source} would both be published at ${entry.path}.`,
    hint: 'Rename one of the files, or give one of them another `slug`.',
    severity: 'error',
  }
}
