import * as v from 'valibot'

/** What would be taken for something else: the front matter of every entry, and the archive's own place. */
const TAKEN = ['title', 'date', 'updated', 'description', 'slug', 'draft', 'aliases', 'archive', 'posts', 'notes', 'page']

const taxonomy = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9][a-z0-9-]{0,80}$/, 'the name of a taxonomy holds only a–z, 0–9 and `-`.'),
  v.check((name) => !TAKEN.includes(name), 'this name means something else already.'),
)

const pattern = v.pipe(
  v.string(),
  v.regex(
    /^\/(?:[a-z0-9-]+|:(?:year|month|day|slug|title)|[/.])*(?:\/|\.html)$/,
    'this is a path such as `/:year/:month/:slug/`, of :year, :month, :day, :slug and :title.',
  ),
  v.check((path) => /:(?:slug|title)/.test(path), 'without `:slug` or `:title` all would be published at one place.'),
)

const oldPath = v.pipe(v.string(), v.regex(/^\/[^\s?#]*$/, 'an old path begins with `/`, and has neither `?` nor `#`.'))
const target = v.pipe(v.string(), v.regex(/^(?:\/(?!\/)|https?:\/\/)\S*$/, 'this is a path that begins with `/`, or an address.'))

const pageSize = v.pipe(
  v.number(),
  v.integer('this is a whole number.'),
  v.minValue(1, 'a page lists at least 1 post.'),
  v.maxValue(1000, 'a page lists at most 1000 posts.'),
)

/** The keys of site.yaml about how entries are listed and where they are published. */
export const listsSchema = {
  postsPerPage: v.optional(pageSize, 10),
  postsPerTermPage: v.optional(v.nullable(pageSize), null),
  termFeeds: v.optional(v.boolean(), true),
  taxonomies: v.optional(v.array(taxonomy), ['tags']),
  permalinks: v.optional(v.record(v.string(), pattern), {}),
  redirects: v.optional(v.record(oldPath, target), {}),
}
