import type { Entry } from '../../content/types.ts'
import { entries } from '../../model/site-tables.ts'
import { defineQuery, positionOf } from '../../model/table.ts'
import type { Query, Read } from '../../model/types.ts'
import { HTML } from '../../render/content-type.ts'
import { entryLink, entryLinks, entryView, pageView } from '../../render/page-view.ts'
import type { Route } from '../../render/types.ts'
import type { CommentsView, LinkView } from '../../render/views.ts'
import { entryOf, entryPages } from '../entry-page.ts'

type Neighbours = {
  readonly previous: { title: string; path: string } | null
  readonly next: { title: string; path: string } | null
}

/** The posts before and after one in time. */
const neighbours = defineQuery<string, Neighbours>('neighbours', (read, id) => {
  const entry = read.row(entries, id)
  if (entry === null) return { previous: null, next: null }
  const here = positionOf(entry.date ?? '', id)
  const [previous] = read.list(entries.indexes.byKind, entry.kind, { before: here, reverse: true, limit: 1 })
  const [next] = read.list(entries.indexes.byKind, entry.kind, { after: here, limit: 1 })
  return { previous: shortLink(read, previous?.key), next: shortLink(read, next?.key) }
})

export const ENTRY_QUERIES = [neighbours] as unknown as readonly Query[]

/** How comments get onto a page; the comments feature supplies it, so that the blog knows nothing of it. */
export type CommentsOf = (read: Read, entry: Entry) => CommentsView | null

export function postPage(commentsOf: CommentsOf): Route {
  return {
    name: 'post',
    over: { table: entries.name, keyPrefix: 'post/' },
    pages: entryPages,
    async render(context, argument) {
      const entry = entryOf(context, argument)
      const { previous, next } = context.query(neighbours, entry.id)
      const page = pageView(context, entry)
      const props = { page, entry: entryView(context, entry), previous, next, comments: commentsOf(context, entry) }
      return { content: await context.template('Post', props), contentType: HTML }
    },
  }
}

export function notePage(commentsOf: CommentsOf): Route {
  return {
    name: 'note',
    over: { table: entries.name, keyPrefix: 'note/' },
    pages: entryPages,
    async render(context, argument) {
      const entry = entryOf(context, argument)
      const props = { page: pageView(context, entry), entry: entryView(context, entry), comments: commentsOf(context, entry) }
      return { content: await context.template('Note', props), contentType: HTML }
    },
  }
}

export const home: Route = {
  name: 'home',
  // An owner's own content/index.md is the first page in its place.
  pages: (read) => (read.list(entries.indexes.byPath, '/', { limit: 1 }).length > 0 ? [] : [{ path: '/', argument: null }]),
  async render(context) {
    const newest = (kind: string, limit: number) =>
      entryLinks(context, context.list(entries.indexes.byKind, kind, { reverse: true, limit }))
    const posts = newest('post', 6)
    const products = entryLinks(context, context.list(entries.indexes.byFolder, 'product/', { limit: 3 }))
    const [profile = null] = newest('profile', 1)
    const page = pageView(context, { path: '/', title: '' })
    const archive = context.count(entries.indexes.byKind, 'post', 7) > 6 ? '/posts/' : null
    const content = await context.template('Home', {
      page,
      intro: page.site.description,
      posts,
      products,
      notes: newest('note', 3),
      profile,
      archive,
    })
    return { content, contentType: HTML }
  },
}

function shortLink(read: Read, id: string | undefined): { title: string; path: string } | null {
  const link: LinkView | null = id === undefined ? null : read.query(entryLink, id)
  return link === null ? null : { title: link.title, path: link.path }
}
