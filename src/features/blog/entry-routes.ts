import { prefixOf } from '../../content/place.ts'
import type { Entry } from '../../content/types.ts'
import { ARCHIVE, entries, inLanguage, termKey, termsOf } from '../../model/site-tables.ts'
import { defineQuery, positionOf } from '../../model/table.ts'
import type { Query, Range, Read } from '../../model/types.ts'
import { HTML } from '../../render/content-type.ts'
import { alternatesOf, entryLink, entryLinks, entryView, languagesOf, pageView } from '../../render/page-view.ts'
import type { Route } from '../../render/types.ts'
import type { CommentsView, LinkView } from '../../render/views.ts'
import { entryOf, entryPages, headOf } from '../entry-page.ts'

type Around = {
  readonly previous: { title: string; path: string } | null
  readonly next: { title: string; path: string } | null
  /** Ids, the most related first. */
  readonly related: readonly string[]
}

const RELATED = 3
/** How many posts of each term are looked at. */
const WINDOW = 4

/**
 * The posts before and after one in time, and those that share terms with it. These are looked for among the last few posts of each term before it, so a new
 * post changes what is around its neighbour and around no other; where nothing came before, among the first that came after.
 */
const around = defineQuery<string, Around>('around', (read, id) => {
  const entry = read.row(entries, id)
  if (entry === null) return { previous: null, next: null, related: [] }
  const here = positionOf(entry.date ?? '', id)
  const group = inLanguage(entry.language, entry.kind)
  const [previous] = read.list(entries.indexes.byKind, group, { before: here, reverse: true, limit: 1 })
  const [next] = read.list(entries.indexes.byKind, group, { after: here, limit: 1 })
  const older = sharing(read, entry, { before: here, reverse: true, limit: WINDOW })
  const related = older.length > 0 ? older : sharing(read, entry, { after: here, limit: WINDOW })
  return { previous: shortLink(read, previous?.key), next: shortLink(read, next?.key), related }
})

/** Posts that share terms with one: first those that share most, then the nearest. */
function sharing(read: Read, entry: Entry, range: Range): string[] {
  const found = new Map<string, { shared: number; position: string }>()
  for (const term of termsOf(entry)) {
    if (term.taxonomy === ARCHIVE) continue
    for (const { key, position } of read.list(entries.indexes.byTerm, termKey(term), range))
      found.set(key, { shared: (found.get(key)?.shared ?? 0) + 1, position })
  }
  const nearest = range.reverse === true ? -1 : 1
  const sorted = [...found].sort(
    ([, a], [, b]) => b.shared - a.shared || (a.position < b.position ? -1 : a.position > b.position ? 1 : 0) * nearest,
  )
  return sorted.slice(0, RELATED).map(([key]) => key)
}

export const ENTRY_QUERIES = [around] as unknown as readonly Query[]

/** How comments get onto a page; the comments feature supplies it, so that the blog knows nothing of it. */
export type CommentsOf = (read: Read, entry: Entry) => CommentsView | null

export function postPage(commentsOf: CommentsOf): Route {
  return {
    name: 'post',
    over: { table: entries.name, keyPrefix: 'post/' },
    pages: entryPages,
    async render(context, argument) {
      const entry = entryOf(context, argument)
      const { previous, next, related } = context.query(around, entry.id)
      const comments = commentsOf(context, entry)
      const page = pageView(context, { ...headOf(entry), feeds: comments?.feeds ?? [] })
      const links = {
        previous,
        next,
        related: entryLinks(
          context,
          related.map((key) => ({ key })),
        ),
      }
      const props = { page, entry: entryView(context, entry), ...links, comments }
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
      const comments = commentsOf(context, entry)
      const page = pageView(context, { ...headOf(entry), feeds: comments?.feeds ?? [] })
      const props = { page, entry: entryView(context, entry), comments }
      return { content: await context.template('Note', props), contentType: HTML }
    },
  }
}

const KINDS = ['post', 'note', 'page', 'product', 'profile']

export const home: Route = {
  name: 'home',
  pages: (read) =>
    languagesOf(read)
      .filter((language) => hasHome(read, language))
      // An owner's own content/index.md is the first page in its place.
      .filter((language) => read.list(entries.indexes.byPath, `${prefixOf(language)}/`, { limit: 1 }).length === 0)
      .map((language) => ({ path: `${prefixOf(language)}/`, argument: language })),
  async render(context, argument) {
    const language = typeof argument === 'string' ? argument : null
    const newest = (kind: string, limit: number) =>
      entryLinks(context, context.list(entries.indexes.byKind, inLanguage(language, kind), { reverse: true, limit }))
    const posts = newest('post', 6)
    const products = entryLinks(context, context.list(entries.indexes.byFolder, inLanguage(language, 'product/'), { limit: 3 }))
    const [profile = null] = newest('profile', 1)
    const alternates = alternatesOf(context, '/', (other) => hasHome(context, other))
    const page = pageView(context, { path: context.path, title: '', language, alternates })
    const count = context.count(entries.indexes.byKind, inLanguage(language, 'post'), 7)
    const archive = count > 6 ? `${prefixOf(language)}/posts/` : null
    const notes = newest('note', 3)
    const content = await context.template('Home', {
      page,
      intro: page.site.description,
      posts,
      products,
      notes,
      profile,
      archive,
    })
    return { content, contentType: HTML }
  },
}

/** The site's own language always has a first page, another one as soon as something is written in it. */
function hasHome(read: Read, language: string | null): boolean {
  return language === null || KINDS.some((kind) => read.count(entries.indexes.byKind, inLanguage(language, kind), 1) > 0)
}

function shortLink(read: Read, id: string | undefined): { title: string; path: string } | null {
  const link: LinkView | null = id === undefined ? null : read.query(entryLink, id)
  return link === null ? null : { title: link.title, path: link.path }
}
