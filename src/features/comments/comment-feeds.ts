import { files } from '../../model/site-tables.ts'
import type { Read } from '../../model/types.ts'
import { atom, type FeedItem } from '../../render/feeds.ts'
import { FEEDS, languageTag, pageView } from '../../render/page-view.ts'
import type { PageContext, Rendered, Route } from '../../render/types.ts'
import type { FeedView, SiteView } from '../../render/views.ts'
import { wordsOf } from '../../render/words/words-of.ts'
import { addressOf, commented, type Titled } from './pages.ts'
import { commentsShown } from './rules.ts'
import { commentPages, comments, entryOfKey, pageOfKey } from './tables.ts'

const FEED_LENGTH = 20
const [[, ATOM]] = FEEDS
const SITE_FEED = '/comments/feed.xml'

/** Where the feed of an entry's comments is, once it has had any; null without feeds, or if a file of the owner's is there. */
function feedPath(read: Read, entry: Titled): string | null {
  if (!read.query(commentsShown, null).feeds) return null
  const path = `${entry.path.replace(/\.html$/, '/')}comments/feed.xml`
  return read.row(files, path) === null ? path : null
}

/** The feeds that a page with comments names: of its own, and of the whole site's. For entries that have had comments. */
export function feedsOf(read: Read, entry: Titled): readonly FeedView[] {
  const path = feedPath(read, entry)
  if (path === null) return []
  const { commentsTitle } = read.query(wordsOf, languageTag(read, entry.language))
  return [
    { title: `${commentsTitle} · ${entry.title}`, path, type: ATOM },
    { title: commentsTitle, path: SITE_FEED, type: ATOM },
  ]
}

/** The newest comments on one entry. */
export const entryCommentFeed: Route = {
  name: 'comment-feed',
  over: { table: commentPages.name },
  pages(read, key) {
    const entry = pageOfKey(key) === 1 ? read.query(commented, entryOfKey(key)) : null
    const path = entry && feedPath(read, entry)
    return path === null ? [] : [{ path, argument: entry?.id ?? '' }]
  },
  render(context, argument) {
    const entry = context.query(commented, String(argument))
    if (entry === null) throw new Error(`The entry ${String(argument)} is gone.`)
    const { site } = pageView(context, { path: context.path, title: '', language: entry.language })
    const title = `${site.words.commentsTitle} · ${entry.title}`
    return written(context, { site, title, home: entry.path, group: entry.id })
  },
}

/** The newest comments of the whole site. */
export const siteCommentFeed: Route = {
  name: 'comment-feeds',
  pages(read) {
    const isThere = read.query(commentsShown, null).feeds && read.count(commentPages.indexes.byEntry, '', 1) > 0
    return isThere && read.row(files, SITE_FEED) === null ? [{ path: SITE_FEED, argument: null }] : []
  },
  render(context) {
    const { site } = pageView(context, { path: context.path, title: '' })
    return written(context, { site, title: `${site.words.commentsTitle} · ${site.title}`, home: site.home, group: '' })
  },
}

interface Source {
  readonly site: SiteView
  readonly title: string
  /** The path of the page that it follows. */
  readonly home: string
  /** Whose comments: an entry's, or all. */
  readonly group: string
}

function written(context: PageContext, { site, title, home, group }: Source): Rendered {
  const newest = context.list(comments.indexes.shown, group, { reverse: true, limit: FEED_LENGTH })
  const content = atom({
    title,
    description: '',
    language: site.language,
    author: site.author,
    home: site.url + home,
    self: site.url + context.path,
    items: newest.flatMap(({ key }) => itemOf(context, key, site) ?? []),
  })
  return { content, contentType: `${ATOM}; charset=utf-8` }
}

function itemOf(context: PageContext, key: string, site: SiteView): FeedItem | null {
  const comment = context.row(comments, key)
  const entry = comment && context.query(commented, comment.entry)
  if (comment === null || entry === null) return null
  const { author, html, date, number } = comment
  const names: Readonly<Record<string, string>> = { author, title: entry.title }
  return {
    // It stays the same when the page that the comment is on gets an address of its own.
    id: `${site.url}${entry.path}#comment-${number}`,
    url: `${site.url}${addressOf(context, comment, entry)}#comment-${number}`,
    title: site.words.commentOn.replace(/\{(author|title)\}/g, (_, name: string) => names[name] ?? ''),
    author,
    summary: '',
    html,
    published: date,
    updated: comment.edited,
    tags: [],
  }
}
