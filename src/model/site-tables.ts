import { skusOf } from '../content/product-fields.ts'
import type { Entry } from '../content/types.ts'
import type { Json, Problem } from '../protocol/types.ts'
import type { Picture } from './picture.ts'
import { defineTable } from './table.ts'
import type { Change } from './types.ts'

/** One key of site.yaml, so that a page depends on the keys it reads and on no others. */
export const settings = defineTable<{ readonly name: string; readonly value: Json }>({
  name: 'settings',
  key: ({ name }) => name,
})

/** A template of the theme, with the hash of all its sources. Read by every page that uses the template. */
export const templates = defineTable<{ readonly name: string; readonly hash: string }>({
  name: 'templates',
  key: ({ name }) => name,
})

/** The file beside site.yaml that extends a site, and the template that its routes' pages and its queries read: it holds the hash of its code. */
export const EXTENSION_FILE = 'site.ts'

/** The template that pages with a shortcode read beside the theme's: there where a site.ts has shortcodes. */
export const EXTENSION_SHORTCODES = 'site.ts/shortcodes'

/** A file the theme brings along (stylesheet, font), published under a name that holds its hash. */
export const assets = defineTable<
  { readonly name: string; readonly path: string; readonly blob: string; readonly contentType: string },
  'all'
>({
  name: 'assets',
  key: ({ name }) => name,
  places: { all: ({ name }) => [{ group: '', sort: name }] },
})

/** A file of the owner's that is published as it is (picture, download). The path is the public one: `/media/hill.jpg`. */
export const files = defineTable<{
  readonly path: string
  readonly blob: string
  readonly contentType: string
  /** Null for what is no picture, and for a picture whose size nobody knows. */
  readonly picture: Picture | null
}>({
  name: 'files',
  key: ({ path }) => path,
})

/** What a file of the site's `data/` folder holds, by its path in it without the ending: `team`, `shops/berlin`. */
export const dataFiles = defineTable<{ readonly name: string; readonly source: string; readonly value: Json }>({
  name: 'data',
  key: ({ name }) => name,
})

/** A file of the site's folder as it was last read. */
export interface Source {
  /** Relative to the site. */
  readonly path: string
  /** SHA-256 of its bytes. */
  readonly hash: string
  /** The entry it became; null for other files and for one whose front matter has an error. */
  readonly entry: string | null
  /** What was found wrong with it, warnings included: told again by every build until it is mended. */
  readonly problems: readonly Problem[]
}

/** The files of a site's folder that the model knows. `all` holds their hashes too, for `knownHashes`. */
export const sources = defineTable<Source, 'all' | 'faulty'>({
  name: 'sources',
  key: ({ path }) => path,
  places: {
    all: ({ path, hash }) => [{ group: '', sort: `${path}\n${hash}` }],
    faulty: ({ path, problems }) => (problems.length === 0 ? [] : [{ group: '', sort: path }]),
  },
})

/** SHA-256 by path of all files that the model knows, without a look at their rows. */
export function knownHashes(read: Pick<Change, 'list'>): ReadonlyMap<string, string> {
  return new Map(
    read.list(sources.indexes.all, '').map(({ key, position }) => [key, position.slice(key.length + 1, key.length + 1 + 64)]),
  )
}

/** A source that a later one took the place of; its bytes are kept, so nothing an author wrote is lost. */
export const revisions = defineTable<
  { readonly id: string; readonly path: string; readonly hash: string; readonly replacedAt: string },
  'byPath'
>({
  name: 'revisions',
  key: ({ id }) => id,
  places: { byPath: ({ path, replacedAt }) => [{ group: path, sort: replacedAt }] },
})

/**
 * Entries. What readers may not see has no places in lists: drafts, and what has a date to come. `byTime` holds these too, as `draft` and `scheduled`, beside
 * whatever else has a date, as `shown`. `byKind` orders by the front matter's `order` where there is one (pages, products), else by
 * date; `byTerm` holds posts by what they are filed under, the year among it, and products by their categories. `bySku` finds what an SKU stands for, in the
 * site's own language first. All but `byPath`, `byTime` and `bySku` keep languages apart.
 */
export const entries = defineTable<Entry, 'byKind' | 'byTerm' | 'byPath' | 'byFolder' | 'byTime' | 'bySku'>({
  name: 'entries',
  key: ({ id }) => id,
  places: {
    byKind: (entry) => (!entry.shown ? [] : [{ group: inLanguage(entry.language, entry.kind), sort: entry.date ?? '' }]),
    byTerm: (entry) =>
      !entry.shown
        ? []
        : termsOf(entry).map((term) => ({
            group: termKey(term),
            sort: entry.kind === 'product' ? orderOf(entry) : (entry.date ?? ''),
          })),
    byPath: (entry) => (!entry.shown ? [] : [{ group: entry.path, sort: '' }]),
    byFolder: (entry) =>
      !entry.shown || entry.kind === 'post'
        ? []
        : [{ group: inLanguage(entry.language, `${entry.kind}/${folderOf(entry.slug)}`), sort: orderOf(entry) }],
    byTime: (entry) => {
      if (entry.draft) return [{ group: 'draft', sort: '' }]
      return entry.date === null ? [] : [{ group: entry.shown ? 'shown' : 'scheduled', sort: entry.date }]
    },
    bySku: (entry) =>
      entry.kind !== 'product' || !entry.shown ? [] : skusOf(entry).map((sku) => ({ group: sku, sort: entry.language ?? '' })),
  },
})

/** An entry that takes no comments any more, since its time for them is over. Apart from the entry, so that a list that shows it doesn't change with it. */
export const closings = defineTable<{ readonly entry: string }>({
  name: 'closings',
  key: ({ entry }) => entry,
})

/** Something posts are filed under: `owls` of the taxonomy `tags`. */
export interface Term {
  readonly taxonomy: string
  readonly slug: string
  readonly language: string | null
  /** As the oldest of its shown posts writes it. */
  readonly name: string
}

/** The taxonomy that posts are filed in by their year. */
export const ARCHIVE = 'archive'

/** The taxonomy of products. No site can have one of this name of its own. */
export const CATEGORY = 'products/category'

/** Whether a term's key is a year's. */
export function isArchive(key: string): boolean {
  return key.slice(key.lastIndexOf(' ') + 1).startsWith(`${ARCHIVE}/`)
}

/** A term that at least one shown post or product has. */
export const terms = defineTable<Term, 'all'>({
  name: 'terms',
  key: termKey,
  places: { all: ({ taxonomy, slug, language }) => [{ group: inLanguage(language, taxonomy), sort: slug }] },
})

/** A term's name in the model, which is its group in `entries.byTerm` too. */
export function termKey({ taxonomy, slug, language }: Omit<Term, 'name'>): string {
  return inLanguage(language, `${taxonomy}/${slug}`)
}

/** What a post or a product is filed under; other kinds aren't. */
export function termsOf({ kind, terms: filed = [], language, date, data }: Entry): readonly Term[] {
  if (kind === 'product') return categoriesOf(data).map((category) => ({ taxonomy: CATEGORY, ...category, language }))
  if (kind !== 'post') return []
  const year = date?.slice(0, 4)
  const given = filed.map((term) => ({ ...term, language }))
  return year === undefined ? given : [...given, { taxonomy: ARCHIVE, slug: year, name: year, language }]
}

/** A product's categories, as its front matter was read. */
export function categoriesOf({ categories }: Entry['data']): Entry['tags'] {
  // Checked when the file was read: see product-fields.ts.
  return Array.isArray(categories) ? (categories as unknown as Entry['tags']) : []
}

/** The name of an index group for one language, null being the site's own. */
export function inLanguage(language: string | null, group: string): string {
  return language === null ? group : `${language} ${group}`
}

/** A path that leads to another, which the site's settings name. Aliases of entries are theirs: `entry` is null for the settings' own. */
export const redirects = defineTable<{ readonly path: string; readonly entry: string | null; readonly target: string }, 'byPath'>(
  {
    name: 'redirects',
    key: ({ path, entry }) => JSON.stringify([path, entry]),
    places: { byPath: ({ path }) => [{ group: path, sort: '' }] },
  },
)

export function folderOf(slug: string): string {
  const at = slug.lastIndexOf('/')
  return at === -1 ? '' : slug.slice(0, at)
}

/** Front matter's `order` as text that sorts like the number; entries without one come last, by title. */
function orderOf(entry: Entry): string {
  const order = entry.data.order
  const number = typeof order === 'number' && Number.isFinite(order) ? Math.min(Math.max(order, 0), 1e6) : 1e6
  return `${number.toFixed(3).padStart(12, '0')} ${entry.title}`
}
