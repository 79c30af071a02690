import { isMapping } from '../config/yaml-source.ts'
import { splitTitle } from '../content/front-matter.ts'
import { slugOfPath } from '../content/slug.ts'
import { dateOf, firstText, textOf, titleFromName } from './field-values.ts'
import type { PlacedText } from './place-texts.ts'
import type { Fields, Note } from './types.ts'

/** What the old generator read, and Drowse has another word for or none. */
const READ = [
  ...['title', 'date', 'publishDate', 'lastmod', 'last_modified_at', 'updated', 'modified', 'description', 'summary', 'excerpt'],
  ...['tags', 'tag', 'categories', 'category', 'slug', 'permalink', 'url', 'aliases', 'redirect_from', 'draft', 'published'],
  ...['author', 'image', 'layout', 'type', 'eleventyExcludeFromCollections', 'eleventyNavigation'],
]
/** What held or moved a page, and has no equal here. */
const HELD = ['expiryDate', 'redirect_to', 'password', 'headless', 'cascade', 'outputs']

/** A text’s front matter in Drowse’s words, and what there is to say about it. */
export function fieldsFor({ text, path, slug, aliases, notes: placeNotes }: PlacedText): {
  readonly fields: Fields
  readonly notes: readonly Note[]
} {
  const { fields: old } = text
  const notes: Note[] = [...(text.notes ?? []), ...placeNotes]
  const note = (does: Note['does'], rule: string, message: string) => notes.push({ does, line: 1, rule, message })
  const below = text.kind === 'post' ? path.slice('content/posts/'.length) : path.slice('content/'.length)
  const title = text.title ?? (splitTitle(text.body) === null ? titleFromName(text.path) : null)
  if (text.title === null && title !== null)
    note('changed', 'import/title', 'It has no title; the name of the file stands for it.')
  const updated = dateOf(old.lastmod) ?? dateOf(old.last_modified_at) ?? dateOf(old.updated) ?? dateOf(old.modified)
  if (old.layout !== undefined || old.type !== undefined)
    note('changed', 'import/layout', '`layout` or `type`, which chose a template, is taken out.')
  for (const key of HELD)
    if (old[key] !== undefined) note('hand', 'import/field', `\`${key}\` has no equal here; it is kept for the theme.`)
  const image = typeof old.image === 'string' ? old.image : null
  if (old.image != null && image === null)
    note('hand', 'import/field', '`image` is not one address here; it is kept as `imageData`.')
  if (text.categories.length > 0) note('changed', 'import/categories', 'Its categories are tags now.')
  const author = authorOf(old.author)
  const rest = Object.entries(old).filter(([key]) => !READ.includes(key))
  return {
    notes,
    fields: present({
      title,
      date: text.date,
      updated: updated === text.date ? null : updated,
      description: firstText(old, 'description', 'summary', 'excerpt'),
      tags: [...new Set([...text.tags, ...text.categories])],
      slug: slugOfPath(below) === slug || slug === '' ? null : slug,
      draft: text.draft ? true : null,
      author,
      image,
      imageData: image === null ? old.image : null,
      aliases,
      ...Object.fromEntries(rest),
    }),
  }
}

function authorOf(value: unknown): unknown {
  if (isMapping(value)) return textOf(value.name)
  if (!Array.isArray(value)) return textOf(value)
  return value.flatMap((each: unknown) => (isMapping(each) ? (textOf(each.name) ?? []) : (textOf(each) ?? [])))
}

function present(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value != null && !(Array.isArray(value) && value.length === 0)),
  )
}
