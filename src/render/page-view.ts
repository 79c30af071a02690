import { prefixOf } from '../content/place.ts'
import type { Entry } from '../content/types.ts'
import { findable } from '../model/findable.ts'
import { assets, CATEGORY, categoriesOf, dataFiles, entries, files, inLanguage, settings } from '../model/site-tables.ts'
import { STOCK_QUERIES } from '../model/stock.ts'
import { defineQuery } from '../model/table.ts'
import type { Query, Read } from '../model/types.ts'
import type { Json } from '../protocol/types.ts'
import { bodyHtml } from './body-html.ts'
import { findTarget, LINK_QUERIES } from './link-target.ts'
import { fileShown, pictureView, type ShownFile } from './picture.ts'
import { productView } from './product-view.ts'
import { tocOf } from './toc.ts'
import type { PageContext } from './types.ts'
import type { EntryLinkView, EntryView, ImageView, LinkView, PageView, SiteView } from './views.ts'
import { wordsOf } from './words/words-of.ts'

/** Words a minute, for the reading time. */
const READING_SPEED = 220

/** One text setting, '' if it isn't there. */
export function textSetting(read: Pick<Read, 'row'>, name: string): string {
  const value = read.row(settings, name)?.value
  return typeof value === 'string' ? value : ''
}

export function numberSetting(read: Read, name: string, otherwise: number): number {
  const value = read.row(settings, name)?.value
  return typeof value === 'number' ? value : otherwise
}

/** The languages of the site: null for its own, then the tags of the others in the order of site.yaml. */
export function languagesOf(read: Pick<Read, 'row'>): readonly (string | null)[] {
  return [null, ...Object.keys(membersOf(read.row(settings, 'languages')?.value))]
}

/** What the site holds, as menu items: for a language without a `menu`. */
const derivedMenu = defineQuery<string | null, { title: string; path: string }[]>('derived-menu', (read, language) => {
  const words = read.query(wordsOf, languageTag(read, language))
  const lists = [
    ['post', words.posts, '/posts/'],
    ['note', words.notes, '/notes/'],
    ['product', words.products, '/products/'],
    ['profile', words.about, '/profile/'],
  ] as const
  const held = lists.filter(([kind]) => read.count(entries.indexes.byKind, inLanguage(language, kind), 1) > 0)
  return held.map(([, title, path]) => ({ title, path: prefixOf(language) + path }))
})

/** Where the search page of a language is: nowhere if search is off or there is nothing to find, or if a page of the owner's own is in its place. */
export function searchPath(read: Read, language: string | null): string | null {
  const path = `${prefixOf(language)}/search/`
  if (read.row(settings, 'search')?.value === false || read.count(findable.indexes.byHash, inLanguage(language, ''), 1) === 0)
    return null
  return read.list(entries.indexes.byPath, path, { limit: 1 }).length === 0 ? path : null
}

type SiteJson = { [key in keyof SiteView]: SiteView[key] } & { readonly [key: string]: Json }

function siteOf(read: Read, language: string | null): SiteJson {
  const tag = languageTag(read, language)
  const own = language === null ? {} : membersOf(membersOf(read.row(settings, 'languages')?.value)[language])
  const text = (name: string) => (typeof own[name] === 'string' ? own[name] : textSetting(read, name))
  const menu = menuOf(language === null ? read.row(settings, 'menu')?.value : own.menu)
  return {
    home: `${prefixOf(language)}/`,
    title: text('title'),
    url: textSetting(read, 'url'),
    language: tag,
    description: text('description'),
    author: text('author'),
    menu: menu ?? read.query(derivedMenu, language),
    search: searchPath(read, language),
    words: read.query(wordsOf, tag),
  } as SiteJson
}

/** The tag of a language of the site. */
export function languageTag(read: Pick<Read, 'row'>, language: string | null): string {
  return language ?? (textSetting(read, 'language') || 'en')
}

function membersOf(value: Json | undefined): { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as { [key: string]: Json }) : {}
}

function assetPaths(read: Read): { readonly [name: string]: string } {
  const spots = read.list(assets.indexes.all, '')
  return Object.fromEntries(spots.map(({ key }) => [key, read.row(assets, key)?.path ?? '']))
}

const ICONS = ['/favicon.ico', '/favicon.svg', '/apple-touch-icon.png']

/** Apps that show previews take none of these: SVG, AVIF. */
const PREVIEWED = /\.(?:png|jpe?g|webp|gif)$/i
const SITE_PREVIEWS = ['/preview.png', '/preview.jpg']

type PreviewJson = { readonly src: string; readonly width?: number; readonly height?: number } | null

/** A file of the site's own that stands for every page without a picture. */
function sitePreview(read: Read): PreviewJson {
  const file = SITE_PREVIEWS.flatMap((path) => read.row(files, path) ?? [])[0]
  return file === undefined ? null : sizedOf(file)
}

type FrameJson = {
  readonly site: SiteJson
  /** Public paths by file names. */
  readonly assets: { readonly [name: string]: string }
  readonly icons: string[]
  readonly preview: PreviewJson
  /** Whether there are posts, and so feeds. */
  readonly hasPosts: boolean
  readonly showsToc: boolean
  readonly isTranslated: boolean
}

/** What all pages of a language share, as one: so each page notes one query, and not one for each of these. */
const pageFrame = defineQuery<string | null, FrameJson>('page-frame', (read, language) => ({
  site: siteOf(read, language),
  assets: assetPaths(read),
  icons: ICONS.filter((path) => read.row(files, path) !== null),
  preview: sitePreview(read),
  hasPosts: read.count(entries.indexes.byKind, inLanguage(language, 'post'), 1) > 0,
  showsToc: read.row(settings, 'toc')?.value === true,
  isTranslated: languagesOf(read).length > 1,
}))

/** What link previews show of a page: the entry's `image`, else the first picture in its text, else the site's own. */
function previewOf(read: Read, { site, preview: shared }: FrameJson, article: Entry | undefined): PageView['preview'] {
  const named = article?.data.image
  const own = [typeof named === 'string' ? named : null, article?.firstPicture ?? null]
  for (const [index, url] of own.entries()) {
    const found = url === null || article === undefined ? null : previewFile(read, url, article)
    if (found === null) continue
    const alt = index === 0 && typeof article?.data.imageAlt === 'string' ? article.data.imageAlt : (article?.title ?? '')
    return absolute(found, alt, site.url)
  }
  return shared === null ? null : absolute(shared, site.title, site.url)
}

function previewFile(read: Read, url: string, entry: Entry): PreviewJson {
  if (!PREVIEWED.test(url.replace(/[?#].*$/s, ''))) return null
  if (/^https?:/i.test(url)) return { src: url }
  const file = fileShown(read, url, entry)
  return file === null ? null : sizedOf(file)
}

function sizedOf(file: ShownFile): PreviewJson {
  const { src, width, height } = pictureView(file)
  return width === undefined || height === undefined ? { src } : { src, width, height }
}

function absolute({ src, ...size }: NonNullable<PreviewJson>, alt: string, site: string): PageView['preview'] {
  return { url: src.startsWith('/') ? site + src : src, ...size, alt }
}

/** An entry as it stands in lists: a change of its text alone does not reach the lists. */
export const entryLink = defineQuery<string, EntryLinkJson | null>('entry-link', (read, id) => {
  const entry = read.row(entries, id)
  return !entry?.shown ? null : linkOf(read, entry, languageTag(read, entry.language))
})

/** The languages that an entry is written in, this one's among them: none for an entry of one language. */
export const translations = defineQuery<readonly [kind: string, slug: string], { language: string; path: string }[]>(
  'translations',
  (read, [kind, slug]) => {
    const there = languagesOf(read).flatMap((language) => {
      const entry = read.row(entries, language === null ? `${kind}/${slug}` : `${kind}/${slug}@${language}`)
      return entry?.shown ? [{ language: languageTag(read, language), path: entry.path }] : []
    })
    return there.length < 2 ? [] : there
  },
)

type EntryLinkJson = {
  readonly title: string
  readonly path: string
  readonly kind: string
  readonly date: string | null
  readonly description: string
  readonly tags: readonly { readonly title: string; readonly path: string }[]
  readonly terms: readonly { readonly title: string; readonly path: string; readonly taxonomy: string }[]
  readonly price: string | null
  readonly available?: boolean
  readonly image: { readonly [key in keyof ImageView]: ImageView[key] } | null
}

/** The queries above, to be registered. */
export const PAGE_QUERIES = [
  wordsOf,
  derivedMenu,
  pageFrame,
  entryLink,
  translations,
  ...LINK_QUERIES,
  ...STOCK_QUERIES,
] as unknown as readonly Query[]

/** Media types of the feeds, by the names of their files. */
export const FEEDS = [
  ['feed.xml', 'application/atom+xml'],
  ['rss.xml', 'application/rss+xml'],
  ['feed.json', 'application/feed+json'],
] as const

/** A page, as its route describes it. */
export interface PageHead {
  readonly path: string
  readonly title: string
  readonly description?: string
  readonly language?: string | null
  /** A list with feeds of its own, which lie below its path. */
  readonly feed?: { readonly base: string; readonly title: string }
  /** Other feeds to announce. */
  readonly feeds?: PageView['feeds']
  readonly article?: Entry
  /** For one person: kept away from search engines, and no other site learns its address. */
  readonly unlisted?: boolean
  /** The paths of the same page by language tag. */
  readonly alternates?: readonly { readonly language: string; readonly path: string }[]
}

/** What the layout needs to know of a page. */
export function pageView(read: Read, head: PageHead): PageView {
  const { language = null, article } = head
  const frame = read.query(pageFrame, language)
  const { site, assets, icons, hasPosts, isTranslated } = frame
  const alternates = head.alternates ?? (article && isTranslated ? read.query(translations, [article.kind, article.slug]) : [])
  return {
    site,
    path: head.path,
    canonical: site.url + head.path,
    title: head.title,
    description: head.description ?? site.description,
    assets,
    feeds: [
      ...(hasPosts ? feedsAt(site.home, site.title) : []),
      ...(head.feed ? feedsAt(head.feed.base, `${head.feed.title} · ${site.title}`) : []),
      ...(head.feeds ?? []),
    ],
    alternates: alternates.map(({ language: tag, path }) => ({
      language: tag,
      path,
      url: site.url + path,
      title: new Intl.DisplayNames([tag], { type: 'language' }).of(tag) ?? tag,
    })),
    article: article ? articleOf(article, site) : null,
    preview: previewOf(read, frame, article),
    icons,
    unlisted: head.unlisted === true,
    data: (name) => read.row(dataFiles, name)?.value ?? null,
  }
}

/** `render` for each language that has this page, with the paths of all of them. */
export function alternatesOf(
  read: Read,
  path: string,
  isThere: (language: string | null) => boolean,
): readonly { readonly language: string; readonly path: string }[] {
  const languages = languagesOf(read)
  if (languages.length < 2) return []
  const there = languages.filter(isThere)
  return there.length < 2
    ? []
    : there.map((language) => ({ language: languageTag(read, language), path: prefixOf(language) + path }))
}

function feedsAt(base: string, title: string): PageView['feeds'] {
  return FEEDS.map(([file, type]) => ({ title, path: base + file, type }))
}

function articleOf({ date, updated, tags, data }: Entry, site: SiteView): PageView['article'] {
  const author = typeof data.author === 'string' ? data.author : site.author
  return { published: date, modified: updated, author, tags: tags.map(({ name }) => name) }
}

/** An entry with its body, for the page of its own. */
export function entryView(context: PageContext, entry: Entry): EntryView {
  const body = context.body(entry.bodyHash)
  const { site, showsToc } = context.query(pageFrame, entry.language)
  const author = typeof entry.data.author === 'string' ? entry.data.author : site.author
  reportImage(context, entry)
  return {
    ...linkOf(context, entry, site.language),
    html: bodyHtml(context, entry, body, site),
    headings: body.headings,
    toc: hasToc(entry, showsToc) ? tocOf(body.headings) : [],
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

/** What the entry says, else the site. */
function hasToc({ data }: Entry, otherwise: boolean): boolean {
  return typeof data.toc === 'boolean' ? data.toc : otherwise
}

function linkOf(read: Read, entry: Entry, language: string): EntryLinkJson {
  const terms = termLinks(entry)
  return {
    title: entry.title,
    path: entry.path,
    kind: entry.kind,
    date: entry.date,
    description: entry.description,
    tags: terms.flatMap(({ taxonomy, title, path }) => (taxonomy === 'tags' ? [{ title, path }] : [])),
    terms: terms.filter(({ taxonomy }) => taxonomy !== 'tags'),
    ...(entry.kind === 'product' ? productView(read, entry, language) : { price: null }),
    image: imageOf(read, entry),
  }
}

/** Links to the pages of a post's terms and of a product's categories. */
function termLinks(entry: Entry): { title: string; path: string; taxonomy: string }[] {
  const base = prefixOf(entry.language)
  const categories = entry.kind === 'product' ? categoriesOf(entry.data).map((each) => ({ taxonomy: CATEGORY, ...each })) : []
  const terms = entry.kind === 'post' ? entry.terms : categories
  return terms.map(({ taxonomy, name, slug }) => ({ title: name, path: `${base}/${taxonomy}/${slug}/`, taxonomy }))
}

const ELSEWHERE = /^(?:[a-z][a-z0-9+.-]*:|\/\/)/i

/** Tells where an entry's `image` is nowhere. Its own page does, so that it is told once. */
function reportImage(context: PageContext, entry: Entry): void {
  const { image } = entry.data
  if (typeof image !== 'string' || image === '' || ELSEWHERE.test(image) || fileShown(context, image, entry) !== null) return
  const { lost } = findTarget(image, entry, context)
  if (lost === undefined) return
  context.report({ where: entry.source, line: entry.imageLine ?? 1, severity: 'warning', ...lost, rule: 'links/missing-image' })
}

function imageOf(read: Read, entry: Entry): ImageView | null {
  const { image, imageAlt } = entry.data
  if (typeof image !== 'string' || image === '') return null
  const file = ELSEWHERE.test(image) ? null : fileShown(read, image, entry)
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
