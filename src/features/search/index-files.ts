import { PARTS } from '../../content/search-words.ts'
import { findable } from '../../model/findable.ts'
import { inLanguage } from '../../model/site-tables.ts'
import { defineQuery } from '../../model/table.ts'
import type { Query, Read } from '../../model/types.ts'
import type { Json } from '../../protocol/types.ts'
import { entryLink, languagesOf, searchPath } from '../../render/page-view.ts'
import type { PageSpec, Route } from '../../render/types.ts'
import { type Group, groupCount, groupsOf, rangeOf } from './groups.ts'

/** A group's number and bits, of a language. */
type GroupOf = readonly [language: string | null, number: number, bits: number]

/**
 * The words of a group's entries, a text for each part: a line an entry that has any, its key and then its words. Not turned round into words with their entries:
 * compressed, that would be hardly smaller, and it would take ten times as long to make.
 */
const groupWords = defineQuery<GroupOf, string[]>('search-group', (read, group) => {
  const lines: string[][] = Array.from({ length: PARTS }, () => [])
  for (const { key, words } of entriesOf(read, group))
    for (const [part, text] of words.entries()) if (text !== '') lines[part]?.push(`${key} ${text}\n`)
  return lines.map((of) => of.join(''))
})

const partWords = defineQuery<readonly [...GroupOf, part: number], string>(
  'search-part',
  (read, [language, number, bits, part]) => read.query(groupWords, [language, number, bits])[part] ?? '',
)

export const INDEX_QUERIES = [groupCount, groupWords, partWords] as unknown as readonly Query[]

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
  render(context, argument) {
    const rows = entriesOf(context, groupFrom(argument)).flatMap(({ id, key }) => {
      const link = context.query(entryLink, id)
      return link === null ? [] : [JSON.stringify([key, link.title, link.path, link.date])]
    })
    return { content: `[\n${rows.join(',\n')}\n]\n`, contentType: 'application/json' }
  },
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

function entriesOf(read: Read, [language, number, bits]: GroupOf) {
  const spots = read.list(findable.indexes.byHash, inLanguage(language, ''), rangeOf({ number, bits }))
  return spots.flatMap(({ key }) => read.row(findable, key) ?? [])
}
