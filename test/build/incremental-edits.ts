import fc from 'fast-check'
import { stringify } from 'yaml'

/** A site's folder in memory: text by path. */
export type Folder = ReadonlyMap<string, string>

/** What an edit does to a folder: new text by path, null for a file that goes. */
export type FileChanges = Readonly<Record<string, string | null>>

/** Entry files of every kind. Some would be published where a list, a tag or another entry is: such a write is refused. */
const ENTRY_PATHS = [
  'content/posts/a.md',
  'content/posts/b.md',
  'content/posts/c.md',
  'content/posts/sub/d.md',
  'content/posts/e.md',
  'content/notes/n.md',
  'content/notes/m.md',
  'content/products/p.md',
  'content/products/q.md',
  'content/profile.md',
  'content/about.md',
  'content/book.md',
  // Where the search page would be.
  'content/search.md',
  'content/book/one.md',
  'content/book/two.md',
  'content/tags.md',
  'content/tags/red.md',
  'content/posts/a.ru.md',
  'content/posts/c.ru.md',
  'content/about.ru.md',
  'content/book/one.ru.md',
  'content/notes/n.ru.md',
] as const

const MEDIA_PATHS = [
  'media/one.txt',
  'content/media/one.txt',
  'content/posts/two.svg',
  'data/team.json',
  'data/list.csv',
  // Where a post's page would be.
  'content/posts/a/index.html',
  'content/posts/x/index.html',
  // Where feeds of comments would be.
  'content/posts/a/comments/feed.xml',
  'content/comments/feed.xml',
  // What every page names.
  'content/favicon.svg',
  'content/preview.png',
] as const

/** What o’clock it is in a history, early to late. */
export const TIMES = ['2024-06-01T12:00:00.000Z', '2024-06-02T00:00:00.000Z', '2024-06-03T00:00:00.000Z'] as const

/** An entry's file before it is written; a small alphabet, so that posts share dates, tags, slugs and words. */
const fields = fc.record(
  {
    title: fc.constantFrom('One', 'Two', 'Größe & “Co”'),
    // The last two are to come at some times of a history.
    date: fc.constantFrom('2024-01-01', '2024-01-02', '2024-01-02T10:00:00+02:00', '2023-12-31', TIMES[1], TIMES[2]),
    tags: fc.uniqueArray(fc.constantFrom('red', 'Red', 'blue', 'C++'), { maxLength: 3 }),
    series: fc.constantFrom(undefined, 'Slow', 'Fast, Slow'),
    aliases: fc.constantFrom(undefined, ['/old/'], ['/older', '/old/'], ['/posts/b/']),
    slug: fc.constantFrom(undefined, 'x', 'a'),
    draft: fc.boolean(),
    description: fc.constantFrom(undefined, 'Said briefly.'),
    updated: fc.constantFrom(undefined, '2024-02-01'),
    order: fc.constantFrom(undefined, 1, 2),
    price: fc.constantFrom(undefined, '12.00'),
    stock: fc.constantFrom(undefined, 0, 1, 3),
    sku: fc.constantFrom(undefined, 'ONE', 'TWO'),
    variants: fc.constantFrom(undefined, [
      { name: 'Small', price: '9.00' },
      { name: 'Big', sku: 'BIG', stock: 2 },
    ]),
    categories: fc.constantFrom(undefined, 'Lamps', 'Lamps, Paper'),
    comments: fc.constantFrom(undefined, true, false),
    author: fc.constantFrom(undefined, 'Ann'),
    body: fc.constantFrom(
      'Words.',
      '## Heading\n\n[A link](/media/one.txt) and `code`.',
      '[To a](a.md#heading), [b](../posts/b.md), [about](/about/) and ![a picture](one.txt).',
      '',
    ),
  },
  { requiredKeys: [] },
)

const config = fc.record(
  {
    title: fc.constantFrom('Site', 'Another site'),
    shop: fc.constantFrom(
      undefined,
      { open: true, holdDays: 1 },
      { open: true, countries: ['DE'], shipping: [{ name: 'Post', price: '4.90' }], tax: { rate: 19 } },
    ),
    postsPerPage: fc.constantFrom(1, 2, 3),
    postsPerTermPage: fc.constantFrom(null, 1, 4),
    termFeeds: fc.boolean(),
    language: fc.constantFrom('en', 'de'),
    description: fc.constantFrom('', 'A site about sites.'),
    author: fc.constantFrom('', 'Bea'),
    menu: fc.constantFrom(null, [{ title: 'Home', path: '/' }], []),
    comments: fc.constantFrom(
      { moderation: 'open', perPage: 1, editFor: '2d' },
      { moderation: 'open', perPage: 2, feeds: true },
      { open: false },
      { moderation: 'first', closeAfter: '1d', perPage: 2 },
      { closeAfter: '155d' },
      { moderation: 'hold', perPage: 1, feeds: true },
      { open: true, moderation: 'open' },
    ),
    url: fc.constantFrom('https://example.org', 'https://example.net/sub'),
    parser: fc.constantFrom('satteri', 'remark'),
    search: fc.boolean(),
    toc: fc.boolean(),
    mail: fc.constantFrom(undefined, { from: 'site@example.org' }),
    taxonomies: fc.constantFrom(['tags'], ['tags', 'series'], []),
    permalinks: fc.constantFrom({}, {}, { post: '/:year/:month/:slug/' }, { note: '/n/:title/' }),
    redirects: fc.constantFrom({}, { '/old/': '/' }, { '/gone.html': 'https://example.org/' }),
    languages: fc.constantFrom({}, { ru: {} }, { ru: { title: 'Сайт', menu: [] } }),
    words: fc.constantFrom({}, { en: { posts: 'Writings' } }),
  },
  { requiredKeys: [] },
)

type Fields = typeof fields extends fc.Arbitrary<infer T> ? T : never
type Config = typeof config extends fc.Arbitrary<infer T> ? T : never

export type Edit =
  | { readonly edit: 'entry'; readonly path: string; readonly fields: Fields }
  | { readonly edit: 'move'; readonly from: string; readonly to: string }
  | { readonly edit: 'remove'; readonly path: string }
  | { readonly edit: 'media'; readonly path: string; readonly text: string }
  | { readonly edit: 'config'; readonly config: Config }

const entryPath = fc.constantFrom(...ENTRY_PATHS)
const anyPath = fc.constantFrom(...ENTRY_PATHS, ...MEDIA_PATHS)

export const anyEdit: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ edit: fc.constant('entry' as const), path: entryPath, fields }) },
  { weight: 1, arbitrary: fc.record({ edit: fc.constant('move' as const), from: entryPath, to: entryPath }) },
  { weight: 2, arbitrary: fc.record({ edit: fc.constant('remove' as const), path: anyPath }) },
  {
    weight: 1,
    arbitrary: fc.record({
      edit: fc.constant('media' as const),
      path: fc.constantFrom(...MEDIA_PATHS),
      text: fc.constantFrom('1', '2'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ edit: fc.constant('config' as const), config }) },
)

/** The file of an entry. What an edit does not name stays as it was, so most edits change one thing. */
export function entryText(given: Fields, before: string | undefined): string {
  const known: Fields = before === undefined ? { title: 'One', date: '2024-01-01', body: 'Words.' } : parseEntry(before)
  const { body, ...front } = { ...known, ...given }
  return `---\n# ${JSON.stringify({ ...front, body })}\n${stringify(front)}---\n${body ?? ''}`
}

/** The fields stand in the file's first comment as well, which spares the tests a parser. */
function parseEntry(text: string): Fields {
  return JSON.parse(text.split('\n')[1]?.slice(2) ?? '{}')
}

function configText(given: Config, before: string | undefined): string {
  const known: Config =
    before === undefined
      ? {
          title: 'Site',
          url: 'https://example.org',
          postsPerPage: 2,
          comments: { moderation: 'open', perPage: 1, feeds: true, editFor: '2d' },
        }
      : JSON.parse(before)
  // JSON is YAML.
  return JSON.stringify({ ...known, ...given })
}

/** With posts to comment on and a product to order: what is not there from the start seldom comes in time. */
export const FIRST_FOLDER: Folder = new Map([
  ['site.yaml', configText({ shop: { open: true, holdDays: 1 } }, undefined)],
  ['content/products/p.md', entryText({ price: '12.00', stock: 3 }, undefined)],
  ['content/posts/a.md', entryText({}, undefined)],
  ['content/posts/b.md', entryText({ title: 'Two', date: '2024-01-02' }, undefined)],
])

/** What an edit means for a folder as it is; nothing for one that makes no sense there. */
export function changesOf(edit: Edit, folder: Folder): FileChanges {
  switch (edit.edit) {
    case 'entry':
      return { [edit.path]: entryText(edit.fields, folder.get(edit.path)) }
    case 'move': {
      const text = folder.get(edit.from)
      return text === undefined || edit.from === edit.to ? {} : { [edit.from]: null, [edit.to]: text }
    }
    case 'remove':
      return folder.has(edit.path) ? { [edit.path]: null } : {}
    case 'media':
      return { [edit.path]: edit.text }
    case 'config':
      return { 'site.yaml': configText(edit.config, folder.get('site.yaml')) }
  }
}

export function afterChanges(folder: Folder, changes: FileChanges): Folder {
  const after = new Map(folder)
  for (const [path, text] of Object.entries(changes)) {
    if (text === null) after.delete(path)
    else after.set(path, text)
  }
  return after
}
