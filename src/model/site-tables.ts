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
 * date; `byTag` holds posts.
 */
export const entries = defineTable<Entry, 'byKind' | 'byTag' | 'byPath' | 'byFolder' | 'byTime'>({
  name: 'entries',
  key: ({ id }) => id,
  places: {
    byKind: (entry) => (!entry.shown ? [] : [{ group: entry.kind, sort: entry.date ?? '' }]),
    byTag: (entry) =>
      !entry.shown || entry.kind !== 'post' ? [] : entry.tags.map((tag) => ({ group: tag.slug, sort: entry.date ?? '' })),
    byPath: (entry) => (!entry.shown ? [] : [{ group: entry.path, sort: '' }]),
    byFolder: (entry) =>
      !entry.shown || entry.kind === 'post' ? [] : [{ group: `${entry.kind}/${folderOf(entry.slug)}`, sort: orderOf(entry) }],
    byTime: (entry) => {
      if (entry.draft) return [{ group: 'draft', sort: '' }]
      return entry.date === null ? [] : [{ group: entry.shown ? 'shown' : 'scheduled', sort: entry.date }]
    },
  },
})

/** A tag that at least one listed post has. Its name is as the oldest such post writes it. */
export const tags = defineTable<{ readonly slug: string; readonly name: string }, 'all'>({
  name: 'tags',
  key: ({ slug }) => slug,
  places: { all: ({ slug }) => [{ group: '', sort: slug }] },
})

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
