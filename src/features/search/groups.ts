import { findable, HASH_DIGITS } from '../../model/findable.ts'
import { inLanguage } from '../../model/site-tables.ts'
import { defineQuery } from '../../model/table.ts'
import type { Range } from '../../model/types.ts'

/** Entries in a group, on average. */
const GROUP_SIZE = 128

/**
 * Which of a language's entries lie in the same files: those whose ids' hashes begin with the same `bits` bits. With one group more, one of those there are is cut
 * in two, and all others stay as they are (Litwin's linear hashing). So the groups follow from the set of entries alone, and an entry that comes, goes or changes
 * never moves more than one other group's.
 */
export interface Group {
  /** From 0. */
  readonly number: number
  readonly bits: number
}

/** How many groups a language has: 0 for one without entries. */
export const groupCount = defineQuery<string | null, number>('search-groups', (read, language) =>
  Math.ceil(read.count(findable.indexes.byHash, inLanguage(language, '')) / GROUP_SIZE),
)

/** The groups that `count` make: together they hold every hash once. */
export function groupsOf(count: number): readonly Group[] {
  if (count === 0) return []
  const bits = Math.floor(Math.log2(count))
  const whole = 2 ** bits
  return Array.from({ length: count }, (_, number) => {
    const isHalf = number < count - whole || number >= whole
    return { number, bits: isHalf ? bits + 1 : bits }
  })
}

/** Where a group's entries stand in `findable.byHash`. */
export function rangeOf({ number, bits }: Group): Range {
  const width = 2 ** (HASH_DIGITS * 4 - bits)
  const first = reversed(number, bits) * width
  const end = first + width
  return {
    ...(first === 0 ? {} : { after: hexOf(first) }),
    ...(end === 16 ** HASH_DIGITS ? {} : { before: hexOf(end) }),
  }
}

/** The group cut from `number` gets a new number and `number` stays, so the last bits of a number are the first of the hashes. */
function reversed(number: number, bits: number): number {
  let result = 0
  for (let bit = 0; bit < bits; bit++) result = result * 2 + (Math.floor(number / 2 ** bit) % 2)
  return result
}

function hexOf(number: number): string {
  return number.toString(16).padStart(HASH_DIGITS, '0')
}
