import { escapeXml } from './xml.ts'

/** A feed, whatever it is written as. All addresses are absolute, all dates ISO 8601 UTC. */
export interface Feed {
  readonly title: string
  readonly description: string
  readonly language: string
  readonly author: string
  /** The page it follows. */
  readonly home: string
  /** Its own address. */
  readonly self: string
  /** Newest first. */
  readonly items: readonly FeedItem[]
}

export interface FeedItem {
  /** Names it for good; its URL if left out. Atom alone has it. */
  readonly id?: string
  readonly url: string
  readonly title: string
  readonly author: string
  readonly summary: string
  readonly html: string
  readonly published: string
  readonly updated: string | null
  readonly tags: readonly string[]
}

/** RFC 4287. */
export function atom(feed: Feed): string {
  const lines = [
    '<?xml version="1.0" encoding="utf-8"?>',
    `<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="${escapeXml(feed.language)}">`,
    element('title', feed.title),
    ...element('subtitle', feed.description, { optional: true }),
    `<link rel="self" type="application/atom+xml" href="${escapeXml(feed.self)}"/>`,
    `<link rel="alternate" type="text/html" href="${escapeXml(feed.home)}"/>`,
    element('id', feed.home),
    element('updated', lastChange(feed)),
    `<author>${element('name', feed.author || feed.title)}</author>`,
    ...feed.items.map(atomEntry),
    '</feed>',
    '',
  ]
  return lines.join('\n')
}

function atomEntry(item: FeedItem): string {
  return [
    '<entry>',
    element('title', item.title),
    `<link rel="alternate" type="text/html" href="${escapeXml(item.url)}"/>`,
    element('id', item.id ?? item.url),
    element('published', item.published),
    element('updated', item.updated ?? item.published),
    ...(item.author === '' ? [] : [`<author>${element('name', item.author)}</author>`]),
    ...item.tags.map((tag) => `<category term="${escapeXml(tag)}"/>`),
    ...element('summary', item.summary, { optional: true }),
    `<content type="html">${escapeXml(item.html)}</content>`,
    '</entry>',
  ].join('\n')
}

/** https://www.rssboard.org/rss-specification, with the whole text as RSS 1.0's content module has it. */
export function rss(feed: Feed): string {
  const lines = [
    '<?xml version="1.0" encoding="utf-8"?>',
    '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">',
    '<channel>',
    element('title', feed.title),
    element('link', feed.home),
    element('description', feed.description || feed.title),
    element('language', feed.language),
    element('lastBuildDate', rfc822(lastChange(feed))),
    `<atom:link rel="self" type="application/rss+xml" href="${escapeXml(feed.self)}"/>`,
    ...feed.items.map(rssItem),
    '</channel>',
    '</rss>',
    '',
  ]
  return lines.join('\n')
}

function rssItem(item: FeedItem): string {
  return [
    '<item>',
    element('title', item.title),
    element('link', item.url),
    `<guid isPermaLink="true">${escapeXml(item.url)}</guid>`,
    element('pubDate', rfc822(item.published)),
    ...element('dc:creator', item.author, { optional: true }),
    ...item.tags.map((tag) => element('category', tag)),
    ...element('description', item.summary, { optional: true }),
    element('content:encoded', item.html),
    '</item>',
  ].join('\n')
}

/** https://www.jsonfeed.org/version/1.1/ */
export function json(feed: Feed): string {
  const value = {
    version: 'https://jsonfeed.org/version/1.1',
    title: feed.title,
    home_page_url: feed.home,
    feed_url: feed.self,
    ...(feed.description === '' ? {} : { description: feed.description }),
    language: feed.language,
    ...(feed.author === '' ? {} : { authors: [{ name: feed.author }] }),
    items: feed.items.map((item) => ({
      id: item.url,
      url: item.url,
      title: item.title,
      content_html: item.html,
      ...(item.summary === '' ? {} : { summary: item.summary }),
      date_published: item.published,
      ...(item.updated === null ? {} : { date_modified: item.updated }),
      ...(item.author === '' ? {} : { authors: [{ name: item.author }] }),
      ...(item.tags.length === 0 ? {} : { tags: item.tags }),
    })),
  }
  return `${JSON.stringify(value, null, 1)}\n`
}

function element(name: string, text: string): string
function element(name: string, text: string, options: { readonly optional: true }): readonly string[]
function element(name: string, text: string, options?: { readonly optional: true }): string | readonly string[] {
  const xml = `<${name}>${escapeXml(text)}</${name}>`
  if (options === undefined) return xml
  return text === '' ? [] : [xml]
}

/** The newest date among the posts: a feed never says the time it was made, so the same site has the same feed. */
function lastChange({ items }: Feed): string {
  const dates = items.map((item) => item.updated ?? item.published).sort()
  return dates.at(-1) ?? '1970-01-01T00:00:00.000Z'
}

function rfc822(iso: string): string {
  return new Date(iso).toUTCString()
}
