import type { Entry } from '../content/types.ts'
import { assets, entries, settings } from '../model/site-tables.ts'
import { defineQuery } from '../model/table.ts'
import type { Query, Read } from '../model/types.ts'
import type { Json } from '../protocol/types.ts'
import { bodyHtml } from './body-html.ts'
import { LINK_QUERIES } from './link-target.ts'
import { fileShown, pictureView } from './picture.ts'
import { priceOf } from './price.ts'
import type { PageContext } from './types.ts'
import type { EntryLinkView, EntryView, ImageView, LinkView, PageView, SiteView } from './views.ts'

/** Words a minute, for the reading time. */
const READING_SPEED = 220

/** One text setting, '' if it isn't there. */
export function textSetting(read: Read, name: string): string {
  const value = read.row(settings, name)?.value
  return typeof value === 'string' ? value : ''
}

export function numberSetting(read: Read, name: string, otherwise: number): number {
  const value = read.row(settings, name)?.value
  return typeof value === 'number' ? value : otherwise
}

/** What the site holds, as menu items: for a site.yaml without a `menu`. */
const derivedMenu = defineQuery<null, { title: string; path: string }[]>('derived-menu', (read) => {
  const lists = [
    ['post', 'Posts', '/posts/'],
    ['note', 'Notes', '/notes/'],
    ['product', 'Shop', '/products/'],
    ['profile', 'About', '/profile/'],
  ] as const
  return lists.filter(([kind]) => read.count(entries.indexes.byKind, kind, 1) > 0).map(([, title, path]) => ({ title, path }))
})

const siteView = defineQuery<null, { [key in keyof SiteView]: SiteView[key] } & { readonly [key: string]: Json }>(
  'site-view',
  (read) => ({
    title: textSetting(read, 'title'),
    url: textSetting(read, 'url'),
    language: textSetting(read, 'language') || 'en',
    description: textSetting(read, 'description'),
    author: textSetting(read, 'author'),
    menu: menuOf(read.row(settings, 'menu')?.value) ?? read.query(derivedMenu, null),
  }),
)

const assetPaths = defineQuery<null, { readonly [name: string]: string }>('asset-paths', (read) => {
  const spots = read.list(assets.indexes.all, '')
  return Object.fromEntries(spots.map(({ key }) => [key, read.row(assets, key)?.path ?? '']))
})

const isListed = defineQuery<string, boolean>('has-entries', (read, kind) => read.count(entries.indexes.byKind, kind, 1) > 0)

/** An entry as it stands in lists: a change of its text alone does not reach the lists. */
export const entryLink = defineQuery<string, EntryLinkJson | null>('entry-link', (read, id) => {
  const entry = read.row(entries, id)
  return !entry?.shown ? null : linkOf(read, entry, read.query(siteView, null).language)
})

type EntryLinkJson = {
  readonly title: string
  readonly path: string
  readonly kind: string
  readonly date: string | null
  readonly description: string
  readonly tags: readonly { readonly title: string; readonly path: string }[]
  readonly price: string | null
  readonly available?: boolean
  readonly image: { readonly [key in keyof ImageView]: ImageView[key] } | null
}

/** The queries above, to be registered. */
export const PAGE_QUERIES = [
  derivedMenu,
  siteView,
  assetPaths,
  isListed,
  entryLink,
  ...LINK_QUERIES,
] as unknown as readonly Query[]

/** What the layout needs to know of a page. */
export function pageView(read: Read, page: { path: string; title: string; description?: string }): PageView {
  const site = read.query(siteView, null)
  const feeds = read.query(isListed, 'post')
    ? [
        { title: site.title, path: '/feed.xml', type: 'application/atom+xml' },
        { title: site.title, path: '/feed.json', type: 'application/feed+json' },
      ]
    : []
  return {
    site,
    path: page.path,
    canonical: site.url + page.path,
    title: page.title,
    description: page.description ?? site.description,
    assets: read.query(assetPaths, null),
    feeds,
  }
}

/** An entry with its body, for the page of its own. */
export function entryView(context: PageContext, entry: Entry): EntryView {
  const body = context.body(entry.bodyHash)
  const language = context.query(siteView, null).language
  const author = typeof entry.data.author === 'string' ? entry.data.author : textSetting(context, 'author')
  return {
    ...linkOf(context, entry, language),
    html: bodyHtml(context, entry),
    headings: body.headings,
    words: body.words,
    minutes: Math.max(1, Math.round(body.words / READING_SPEED)),
    updated: entry.updated,
    author,
    data: entry.data,
  }
}

/** The links of these entries, without those that are gone. */
export function entryLinks(read: Read, ids: readonly { readonly key: string }[]): readonly EntryLinkView[] {
  return ids.flatMap(({ key }) => read.query(entryLink, key) ?? [])
}

function linkOf(read: Read, entry: Entry, language: string): EntryLinkJson {
  return {
    title: entry.title,
    path: entry.path,
    kind: entry.kind,
    date: entry.date,
    description: entry.description,
    tags: entry.tags.map(({ name, slug }) => ({ title: name, path: `/tags/${slug}/` })),
    price: priceOf(entry.data, language),
    ...(entry.kind === 'product' ? { available: entry.data.available !== false } : {}),
    image: imageOf(read, entry),
  }
}

function imageOf(read: Read, entry: Entry): ImageView | null {
  const { image, imageAlt } = entry.data
  if (typeof image !== 'string' || image === '') return null
  const file = /^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(image) ? null : fileShown(read, image, entry)
  return { ...(file === null ? { src: image } : pictureView(file)), alt: typeof imageAlt === 'string' ? imageAlt : entry.title }
}

function menuOf(value: Json | undefined): { title: string; path: string }[] | null {
  if (!Array.isArray(value)) return null
  return value.flatMap((item: Json): LinkView[] => (isLink(item) ? [{ title: item.title, path: item.path }] : []))
}

function isLink(item: Json): item is { title: string; path: string } {
  return (
    typeof item === 'object' &&
    item !== null &&
    !Array.isArray(item) &&
    'title' in item &&
    'path' in item &&
    typeof item.title === 'string' &&
    typeof item.path === 'string'
  )
}
