import { hash } from 'node:crypto'
import { PARTS, partOf, wordsIn } from '../content/search-words.ts'
import type { Entry } from '../content/types.ts'
import { inLanguage } from './site-tables.ts'
import { defineTable } from './table.ts'

/** What search knows of an entry: no page but the search's own files depends on it. */
export interface Findable extends Pick<Entry, 'id' | 'language' | 'shown' | 'title' | 'path' | 'date'> {
  /** Short, and sorts newer entries after older ones. Two may have the same by chance. */
  readonly key: string
  /** Its words by their parts, those of its title and terms first, with `+`. */
  readonly words: readonly string[]
}

/** Entries as search finds them, in no order but one that spreads them evenly and that none can change for another: that of their ids' hashes. */
export const findable = defineTable<Findable, 'byHash'>({
  name: 'findable',
  key: ({ id }) => id,
  places: {
    byHash: ({ id, language, shown }) =>
      shown ? [{ group: inLanguage(language, ''), sort: hash('sha256', id).slice(0, HASH_DIGITS) }] : [],
  },
})

/** Hexadecimal digits of an entry's place in `byHash`. */
export const HASH_DIGITS = 8

const DAY_MS = 86_400_000
const KEY_LENGTH = 3
const KEYS = 36 ** KEY_LENGTH

/** `vocabulary`: the body's. */
export function findableOf(entry: Entry, vocabulary: readonly string[]): Findable {
  const { id, language, shown, title, path, date, terms, description } = entry
  const words = Array.from({ length: PARTS }, (_, part) => vocabulary[part] ?? '')
  // An author's description may say what the text does not.
  for (const word of wordsIn(description)) {
    const part = partOf(word)
    const known = words[part] ?? ''
    if (!` ${known} `.includes(` ${word} `)) words[part] = known === '' ? word : `${known} ${word}`
  }
  const named = new Set(wordsIn([title, ...terms.map(({ name }) => name)].join(' ')))
  for (const word of [...named].sort().reverse()) {
    const part = partOf(word)
    words[part] = words[part] === '' ? `${word}+` : `${word}+ ${words[part]}`
  }
  return { id, language, shown, title, path, date, key: keyOf(entry), words }
}

/** The day, and some digits of the id's hash. */
function keyOf({ id, date }: Entry): string {
  const day = date === null ? 0 : Math.floor(Date.parse(date) / DAY_MS)
  const digits = Number.parseInt(hash('sha256', id).slice(-HASH_DIGITS), 16)
  return `${inBase36(Math.min(Math.max(day, 0), KEYS - 1))}${inBase36(digits % KEYS)}`
}

function inBase36(number: number): string {
  return number.toString(36).padStart(KEY_LENGTH, '0')
}
