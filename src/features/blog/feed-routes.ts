import { prefixOf } from '../../content/place.ts'
import type { Entry } from '../../content/types.ts'
import { ARCHIVE, CATEGORY, entries, inLanguage, terms } from '../../model/site-tables.ts'
import type { Index, Read } from '../../model/types.ts'
import { quotedBodyHtml } from '../../render/body-html.ts'
import { atom, type Feed, type FeedItem, json, rss } from '../../render/feeds.ts'
import { FEEDS, languagesOf, pageView } from '../../render/page-view.ts'
import type { PageContext, PageSpec, Rendered, Route } from '../../render/types.ts'
import type { SiteView } from '../../render/views.ts'
import { hasTermFeeds, termOf, termPath } from './terms.ts'

const FEED_LENGTH = 20
/** A term's feed is one of many. */
const TERM_FEED_LENGTH = 10

const WRITERS: Readonly<Record<string, (feed: Feed) => string>> = { 'feed.xml': atom, 'rss.xml': rss, 'feed.json': json }

/** The newest posts of each language, as Atom, RSS and JSON Feed. */
export const siteFeeds: Route = {
  name: 'feeds',
  pages: (read) =>
    languagesOf(read)
      .filter((language) => read.count(entries.indexes.byKind, inLanguage(language, 'post'), 1) > 0)
      .flatMap((language) => feedFiles(`${prefixOf(language)}/`, language)),
  render(context, argument) {
    const [of, file] = Array.isArray(argument) ? argument : []
    const language = typeof of === 'string' ? of : null
    const { site } = pageView(context, { path: context.path, title: '', language })
    const posts = newest(context, entries.indexes.byKind, inLanguage(language, 'post'), FEED_LENGTH)
    return written(context, String(file), { site, title: site.title, home: site.home, posts })
  },
}

const NO_FEEDS: readonly string[] = [ARCHIVE, CATEGORY]

/** The newest posts of each term, but not of each year. */
export const termFeeds: Route = {
  name: 'term-feeds',
  over: { table: terms.name },
  pages(read, key) {
    const term = read.row(terms, key)
    return term === null || NO_FEEDS.includes(term.taxonomy) || !hasTermFeeds(read) ? [] : feedFiles(termPath(term), key)
  },
  render(context, argument) {
    const [key, file] = Array.isArray(argument) ? argument : []
    const term = termOf(context, String(key))
    const { site } = pageView(context, { path: context.path, title: '', language: term.language })
    const posts = newest(context, entries.indexes.byTerm, String(key), TERM_FEED_LENGTH)
    const title = `${term.name} · ${site.title}`
    return written(context, String(file), { site, title, home: termPath(term), posts })
  },
}

function feedFiles(base: string, whose: string | null): readonly PageSpec[] {
  return FEEDS.map(([file]) => ({ path: base + file, argument: [whose, file] }))
}

function newest(read: Read, index: Index, group: string, limit: number): readonly Entry[] {
  return read.list(index, group, { reverse: true, limit }).flatMap(({ key }) => read.row(entries, key) ?? [])
}

interface Source {
  readonly site: SiteView
  readonly title: string
  /** The path of the page that it follows. */
  readonly home: string
  readonly posts: readonly Entry[]
}

function written(context: PageContext, file: string, { site, title, home, posts }: Source): Rendered {
  const [, type = ''] = FEEDS.find(([name]) => name === file) ?? []
  const feed: Feed = {
    title,
    description: site.description,
    language: site.language,
    author: site.author,
    home: site.url + home,
    self: site.url + context.path,
    items: posts.map((post) => itemOf(context, post, site)),
  }
  return { content: WRITERS[file]?.(feed) ?? '', contentType: `${type}; charset=utf-8` }
}

function itemOf(context: PageContext, post: Entry, site: SiteView): FeedItem {
  const { author } = post.data
  return {
    url: site.url + post.path,
    title: post.title,
    author: typeof author === 'string' ? author : '',
    summary: post.description,
    html: absoluteLinks(quotedBodyHtml(context, post, site), site.url),
    published: post.date ?? '',
    updated: post.updated,
    tags: post.tags.map(({ name }) => name),
  }
}

/** A feed is read away from the site, so its links and pictures need the site's address. */
function absoluteLinks(html: string, url: string): string {
  return html.replace(/ (href|src)="\/(?!\/)/g, (_, name: string) => ` ${name}="${url}/`)
}
