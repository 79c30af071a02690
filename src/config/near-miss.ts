/**
 * The one of `known` that `word` was most likely meant to be, or null. Case does not count, nor does a plural `s` or `es`; else one slip
 * (a letter missing, added, changed, or two swapped) in a word of up to four letters, two in a longer one. A known word is its own answer.
 */
export function nearMiss(word: string, known: Iterable<string>): string | null {
  let best: string | null = null
  let bestDistance = Number.POSITIVE_INFINITY
  for (const candidate of known) {
    const distance = missDistance(word.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance && distance <= slipsAllowed(candidate)) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

function slipsAllowed(word: string): number {
  return word.length <= 4 ? 1 : 2
}

function missDistance(left: string, right: string): number {
  if (left === right) return 0
  if (isPlural(left, right) || isPlural(right, left)) return 0.5
  return Math.abs(left.length - right.length) > 2 ? 3 : editDistance(left, right)
}

function isPlural(plural: string, singular: string): boolean {
  return (
    plural === `${singular}s` ||
    plural === `${singular}es` ||
    (singular.endsWith('y') && plural === `${singular.slice(0, -1)}ies`)
  )
}

/** Damerau–Levenshtein distance (optimal string alignment): insertions, deletions, substitutions, swaps of neighbours. */
export function editDistance(left: string, right: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: right.length + 1 }, (_, column) => column)
  for (let row = 1; row <= left.length; row++) {
    const current = [row]
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1]
      const swapped = row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]
      current[column] = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (same ? 0 : 1),
        swapped ? at(beforeLast, column - 2) + 1 : Number.POSITIVE_INFINITY,
      )
    }
    beforeLast = last
    last = current
  }
  return at(last, right.length)
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY
}
