import { prefixOf } from '../../content/place.ts'
import { entries, inLanguage } from '../../model/site-tables.ts'
import type { Read } from '../../model/types.ts'
import type { Json } from '../../protocol/types.ts'
import { HTML } from '../../render/content-type.ts'
import { alternatesOf, entryLinks, languagesOf, languageTag, pageView } from '../../render/page-view.ts'
import type { PageContext, PageSpec, Route } from '../../render/types.ts'
import type { EntryLinkView } from '../../render/views.ts'
import { wordsOf } from '../../render/words/words-of.ts'
import { frontOf, type ListName, pageNumbers, pageOf } from './lists.ts'
import { overviews } from './terms.ts'

/** Of a list: which it is, its address, and `number` null for its front. */
export interface ListPage {
  readonly list: ListName
  readonly base: string
  readonly number: number | null
}

export const postList: Route = {
  name: 'post-list',
  pages: (read) => pagesOfKind(read, 'post', '/posts/'),
  render(context, argument) {
    const { language, list } = listOfKind(argument, 'post', '/posts/')
    const heading = context.query(wordsOf, languageTag(context, language)).posts
    const page = pageView(context, {
      path: context.path,
      title: heading,
      language,
      ...inOthers(context, list, 'post', '/posts/'),
    })
    const props = { page, heading, ...contentsOf(context, list), overviews: context.query(overviews, language) }
    return { content: context.template('PostList', props), contentType: HTML }
  },
}

export const noteList: Route = {
  name: 'note-list',
  pages: (read) => pagesOfKind(read, 'note', '/notes/'),
  render(context, argument) {
    const { language, list } = listOfKind(argument, 'note', '/notes/')
    const heading = context.query(wordsOf, languageTag(context, language)).notes
    const page = pageView(context, {
      path: context.path,
      title: heading,
      language,
      ...inOthers(context, list, 'note', '/notes/'),
    })
    const { posts: notes, newer, older } = contentsOf(context, list)
    return { content: context.template('NoteList', { page, heading, notes, newer, older }), contentType: HTML }
  },
}

/** A kind's list in every language that has such entries. */
function pagesOfKind(read: Read, kind: string, path: string): readonly PageSpec[] {
  return languagesOf(read).flatMap((language) =>
    listPages(read, { list: { by: 'byKind', group: inLanguage(language, kind) }, base: prefixOf(language) + path }, language),
  )
}

function listOfKind(argument: Json, kind: string, path: string): { readonly language: string | null; readonly list: ListPage } {
  const [of, number] = Array.isArray(argument) ? argument : []
  const language = typeof of === 'string' ? of : null
  const list: ListName = { by: 'byKind', group: inLanguage(language, kind) }
  return { language, list: { list, base: prefixOf(language) + path, number: numberOf(number) } }
}

/** The fronts of the same list in other languages. */
function inOthers(read: Read, { number }: ListPage, kind: string, path: string) {
  const isThere = (language: string | null) => read.count(entries.indexes.byKind, inLanguage(language, kind), 1) > 0
  return number === null ? { alternates: alternatesOf(read, path, isThere) } : {}
}

/** The front, and the numbered pages of a list that outgrows it. Arguments are `whose` and the number. */
export function listPages(read: Read, { list, base }: Omit<ListPage, 'number'>, whose: string | null): readonly PageSpec[] {
  if (read.count(entries.indexes[list.by], list.group, 1) === 0) return []
  const numbered = pageNumbers(read, list).map((number) => ({ path: `${base}page/${number}/`, argument: [whose, number] }))
  return [{ path: base, argument: [whose, null] }, ...numbered]
}

/** What a list's page shows, and the ways on. */
export function contentsOf(
  context: PageContext,
  { list, base, number }: ListPage,
): { readonly posts: readonly EntryLinkView[]; readonly newer: string | null; readonly older: string | null } {
  const address = (of: number | null): string | null => (of === null ? null : `${base}page/${of}/`)
  if (number === null) {
    const { spots, older } = frontOf(context, list)
    return { posts: entryLinks(context, spots), newer: null, older: address(older) }
  }
  const { spots, newer, older } = pageOf(context, list, number)
  return { posts: entryLinks(context, spots), newer: address(newer) ?? base, older: address(older) }
}

export function numberOf(argument: Json | undefined): number | null {
  return typeof argument === 'number' ? argument : null
}
