import { PARTS } from '../../content/search-words.ts'
import { findable } from '../../model/findable.ts'
import { inLanguage } from '../../model/site-tables.ts'
import { defineQuery } from '../../model/table.ts'
import type { Query, Read } from '../../model/types.ts'
import type { Json } from '../../protocol/types.ts'
import { languagesOf, searchPath } from '../../render/page-view.ts'
import type { PageSpec, Route } from '../../render/types.ts'
import { type Group, groupCount, groupsOf, rangeOf } from './groups.ts'

/** A group's number and bits, of a language. */
type GroupOf = readonly [language: string | null, number: number, bits: number]

/** The texts of a group's files. */
type GroupTexts = {
  /** Of each entry a line of JSON: its key, title, path and date. */
  readonly entries: string
  /**
   * The entries' words, a text for each part: a line an entry that has any, its key and then its words. Not turned round into words with their entries:
   * compressed, that would be hardly smaller, and it would take ten times as long to make.
   */
  readonly words: string[]
}

/** All of them at once, since looking at a group's entries takes longer than all else. */
const groupTexts = defineQuery<GroupOf, GroupTexts>('search-group', (read, [language, number, bits]) => {
  const index = findable.indexes.byHash
  const all = read.rows(findable, index, inLanguage(language, ''), rangeOf({ number, bits }))
  const lines: string[][] = Array.from({ length: PARTS }, () => [])
  for (const { key, words } of all)
    for (const [part, text] of words.entries()) if (text !== '') lines[part]?.push(`${key} ${text}\n`)
  const entries = all.map(({ key, title, path, date }) => JSON.stringify([key, title, path, date]))
  return { entries: `[\n${entries.join(',\n')}\n]\n`, words: lines.map((of) => of.join('')) }
})

const partWords = defineQuery<readonly [...GroupOf, part: number], string>(
  'search-part',
  (read, [language, number, bits, part]) => read.query(groupTexts, [language, number, bits]).words[part] ?? '',
)

const groupEntries = defineQuery<GroupOf, string>('search-entries', (read, group) => read.query(groupTexts, group).entries)

export const INDEX_QUERIES = [groupCount, groupTexts, partWords, groupEntries] as unknown as readonly Query[]

/** The words of each group, cut by the words' beginnings: what a reader loads for a word is a sixteenth of all words. */
export const wordFiles: Route = {
  name: 'search-words',
  pages: (read) =>
    allGroups(read, (path, [language, number, bits]) =>
      Array.from({ length: PARTS }, (_, part) => ({
        path: `${path}words-${number}-${part}.txt`,
        argument: [language, number, bits, part],
      })),
    ),
  render(context, argument) {
    const [, , , part] = Array.isArray(argument) ? argument : []
    const [language, number, bits] = groupFrom(argument)
    return { content: context.query(partWords, [language, number, bits, Number(part)]), contentType: 'text/plain; charset=utf-8' }
  },
}

/** What is shown of each group's entries when they are found: key, title, path, date. */
export const entryFiles: Route = {
  name: 'search-entries',
  pages: (read) => allGroups(read, (path, group) => [{ path: `${path}entries-${group[1]}.json`, argument: [...group] }]),
  render: (context, argument) => ({ content: context.query(groupEntries, groupFrom(argument)), contentType: 'application/json' }),
}

function allGroups(read: Read, files: (path: string, group: GroupOf) => readonly PageSpec[]): readonly PageSpec[] {
  return languagesOf(read).flatMap((language) => {
    const path = searchPath(read, language)
    const groups: readonly Group[] = path === null ? [] : groupsOf(read.query(groupCount, language))
    return groups.flatMap(({ number, bits }) => files(path ?? '', [language, number, bits]))
  })
}

function groupFrom(argument: Json): GroupOf {
  const [language, number, bits] = Array.isArray(argument) ? argument : []
  return [typeof language === 'string' ? language : null, Number(number), Number(bits)]
}
