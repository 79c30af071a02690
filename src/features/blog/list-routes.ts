import { entries, tags } from '../../model/site-tables.ts'
import type { Read } from '../../model/types.ts'
import type { Json } from '../../protocol/types.ts'
import { HTML } from '../../render/content-type.ts'
import { entryLinks, pageView } from '../../render/page-view.ts'
import type { PageContext, Rendered, Route } from '../../render/types.ts'
import { frontOf, type ListName, pageNumbers, pageOf } from './lists.ts'

/** A list with its address and heading; `number` null is the front. */
interface ListPage {
  readonly list: ListName
  readonly base: string
  readonly heading: string
  readonly number: number | null
}

const posts = { list: { by: 'byKind', group: 'post' }, base: '/posts/', heading: 'Posts' } as const
const notes = { list: { by: 'byKind', group: 'note' }, base: '/notes/', heading: 'Notes' } as const

export const postList: Route = {
  name: 'post-list',
  pages: (read) => listPages(read, posts),
  render: (context, argument) => renderPosts(context, { ...posts, number: numberOf(argument) }),
}

export const noteList: Route = {
  name: 'note-list',
  pages: (read) => listPages(read, notes),
  async render(context, argument) {
    const number = numberOf(argument)
    const { links, newer, older } = contents(context, { ...notes, number })
    const page = pageView(context, { path: context.path, title: notes.heading })
    return {
      content: await context.template('NoteList', { page, heading: notes.heading, notes: links, newer, older }),
      contentType: HTML,
    }
  },
}

export const tagPosts: Route = {
  name: 'tag',
  over: { table: tags.name },
  pages: (read, slug) => listPages(read, { list: { by: 'byTag', group: slug }, base: `/tags/${slug}/` }, slug),
  render(context, argument) {
    const [slug, number] = Array.isArray(argument) ? argument : [null, null]
    const group = String(slug)
    const heading = context.row(tags, group)?.name ?? group
    return renderPosts(context, { list: { by: 'byTag', group }, base: `/tags/${group}/`, heading, number: numberOf(number) })
  },
}

export const tagIndex: Route = {
  name: 'tags',
  pages: (read) => (read.list(tags.indexes.all, '', { limit: 1 }).length === 0 ? [] : [{ path: '/tags/', argument: null }]),
  async render(context) {
    const all = context.list(tags.indexes.all, '').map(({ key }) => ({
      title: context.row(tags, key)?.name ?? key,
      path: `/tags/${key}/`,
      count: context.count(entries.indexes.byTag, key),
    }))
    const page = pageView(context, { path: context.path, title: 'Tags' })
    return { content: await context.template('Tags', { page, tags: all }), contentType: HTML }
  },
}

/** The front, and the numbered pages of a list that outgrows it. A tag's pages carry its slug. */
function listPages(
  read: Read,
  { list, base }: Pick<ListPage, 'list' | 'base'>,
  slug?: string,
): readonly { path: string; argument: Json }[] {
  if (read.count(entries.indexes[list.by], list.group, 1) === 0) return []
  const argument = (number: number | null): Json => (slug === undefined ? number : [slug, number])
  const numbered = pageNumbers(read, list).map((number) => ({ path: `${base}page/${number}/`, argument: argument(number) }))
  return [{ path: base, argument: argument(null) }, ...numbered]
}

async function renderPosts(context: PageContext, list: ListPage): Promise<Rendered> {
  const { links, newer, older } = contents(context, list)
  const page = pageView(context, { path: context.path, title: list.heading })
  return {
    content: await context.template('PostList', { page, heading: list.heading, posts: links, newer, older }),
    contentType: HTML,
  }
}

function contents(context: PageContext, { list, base, number }: Omit<ListPage, 'heading'>) {
  const address = (of: number | null): string | null => (of === null ? null : `${base}page/${of}/`)
  if (number === null) {
    const { spots, older } = frontOf(context, list)
    return { links: entryLinks(context, spots), newer: null, older: address(older) }
  }
  const { spots, newer, older } = pageOf(context, list, number)
  return { links: entryLinks(context, spots), newer: address(newer) ?? base, older: address(older) }
}

function numberOf(argument: Json | undefined): number | null {
  return typeof argument === 'number' ? argument : null
}
