import type { Entry } from '../../content/types.ts'
import { entries } from '../../model/site-tables.ts'
import type { Read } from '../../model/types.ts'
import { quotedBodyHtml } from '../../render/body-html.ts'
import { pageView } from '../../render/page-view.ts'
import type { PageContext, Route } from '../../render/types.ts'
import type { SiteView } from '../../render/views.ts'
import { escapeXml } from '../../render/xml.ts'

const FEED_LENGTH = 20

/** RFC 4287. */
export const atomFeed: Route = {
  name: 'atom-feed',
  pages: (read) => (hasPosts(read) ? [{ path: '/feed.xml', argument: null }] : []),
  render(context) {
    const { site } = pageView(context, { path: '/feed.xml', title: '' })
    const posts = newestPosts(context)
    const lines = [
      '<?xml version="1.0" encoding="utf-8"?>',
      `<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="${escapeXml(site.language)}">`,
      `<title>${escapeXml(site.title)}</title>`,
      ...(site.description === '' ? [] : [`<subtitle>${escapeXml(site.description)}</subtitle>`]),
      `<link rel="self" type="application/atom+xml" href="${escapeXml(`${site.url}/feed.xml`)}"/>`,
      `<link rel="alternate" type="text/html" href="${escapeXml(`${site.url}/`)}"/>`,
      `<id>${escapeXml(`${site.url}/`)}</id>`,
      `<updated>${lastChange(posts)}</updated>`,
      `<author><name>${escapeXml(site.author || site.title)}</name></author>`,
      ...posts.map((post) => atomEntry(post, context, site)),
      '</feed>',
      '',
    ]
    return { content: lines.join('\n'), contentType: 'application/atom+xml; charset=utf-8' }
  },
}

/** https://www.jsonfeed.org/version/1.1/ */
export const jsonFeed: Route = {
  name: 'json-feed',
  pages: (read) => (hasPosts(read) ? [{ path: '/feed.json', argument: null }] : []),
  render(context) {
    const { site } = pageView(context, { path: '/feed.json', title: '' })
    const feed = {
      version: 'https://jsonfeed.org/version/1.1',
      title: site.title,
      home_page_url: `${site.url}/`,
      feed_url: `${site.url}/feed.json`,
      ...(site.description === '' ? {} : { description: site.description }),
      language: site.language,
      ...(site.author === '' ? {} : { authors: [{ name: site.author }] }),
      items: newestPosts(context).map((post) => ({
        id: site.url + post.path,
        url: site.url + post.path,
        title: post.title,
        content_html: absoluteLinks(quotedBodyHtml(context, post), site.url),
        ...(post.description === '' ? {} : { summary: post.description }),
        date_published: post.date,
        ...(post.updated === null ? {} : { date_modified: post.updated }),
        ...(post.tags.length === 0 ? {} : { tags: post.tags.map((tag) => tag.name) }),
      })),
    }
    return { content: `${JSON.stringify(feed, null, 1)}\n`, contentType: 'application/feed+json; charset=utf-8' }
  },
}

function hasPosts(read: Read): boolean {
  return read.count(entries.indexes.byKind, 'post', 1) > 0
}

function newestPosts(read: Read): readonly Entry[] {
  const spots = read.list(entries.indexes.byKind, 'post', { reverse: true, limit: FEED_LENGTH })
  return spots.flatMap(({ key }) => read.row(entries, key) ?? [])
}

function atomEntry(post: Entry, context: PageContext, site: SiteView): string {
  const url = escapeXml(site.url + post.path)
  const { author } = post.data
  return [
    '<entry>',
    `<title>${escapeXml(post.title)}</title>`,
    `<link rel="alternate" type="text/html" href="${url}"/>`,
    `<id>${url}</id>`,
    `<published>${post.date ?? ''}</published>`,
    `<updated>${post.updated ?? post.date ?? ''}</updated>`,
    ...(typeof author === 'string' && author !== '' ? [`<author><name>${escapeXml(author)}</name></author>`] : []),
    ...post.tags.map((tag) => `<category term="${escapeXml(tag.name)}"/>`),
    ...(post.description === '' ? [] : [`<summary>${escapeXml(post.description)}</summary>`]),
    `<content type="html">${escapeXml(absoluteLinks(quotedBodyHtml(context, post), site.url))}</content>`,
    '</entry>',
  ].join('\n')
}

/** A feed is read away from the site, so its links and pictures need the site's address. */
function absoluteLinks(html: string, url: string): string {
  return html.replace(/ (href|src)="\/(?!\/)/g, (_, name: string) => ` ${name}="${url}/`)
}

/** The newest date among the posts: a feed never says the time it was made, so the same site has the same feed. */
function lastChange(posts: readonly Entry[]): string {
  const dates = posts.map((post) => post.updated ?? post.date ?? '').sort()
  return dates.at(-1) ?? '1970-01-01T00:00:00.000Z'
}
