import { addressOf, dateOf, listOf, textOf } from './field-values.ts'
import type { Parted } from './front-matter.ts'
import { translateLiquid } from './liquid.ts'
import type { Fields, OldSite, OldText } from './types.ts'

// https://www.11ty.dev/docs/permalinks/, https://www.11ty.dev/docs/data-template-dir/

/** Tags that make a collection, by which a text is known for a post. */
const POST = /^(?:posts?|blog|articles?)$/i
const POST_FOLDER = /(?:^|\/)(?:posts?|blog|articles)\//

/** A Markdown file of an Eleventy site. `input` is the folder its texts are in, '' or with a slash at its end; `data` what its folders’ data files say. */
export function eleventyText(path: string, parted: Parted, input: string, data: Fields): OldText | null {
  if (!path.startsWith(input) || /(?:^|\/)[_.]|^node_modules\//.test(path.slice(input.length))) return null
  const inside = path.slice(input.length)
  const fields = { ...data, ...parted.fields }
  const allTags = [...new Set([...listOf(data.tags, /,/), ...listOf(parted.fields.tags, /,/)])]
  const isPost = allTags.some((tag) => POST.test(tag)) || POST_FOLDER.test(inside)
  const stem = inside.replace(/\.[^./]+$/, '').replace(/(^|\/)\d{4}-\d{2}-\d{2}-([^/]+)$/, '$1$2')
  const fileDate = /(?:^|\/)(\d{4}-\d{2}-\d{2})-[^/]+$/.exec(inside)?.[1] ?? null
  const draft = fields.draft === true
  return {
    source: path,
    kind: isPost ? 'post' : 'page',
    path: isPost ? inside.replace(POST_FOLDER, '') : inside,
    fields,
    slug: null,
    title: textOf(fields.title),
    date: dateOf(fields.date) ?? dateOf(fileDate),
    draft,
    tags: allTags.filter((tag) => !POST.test(tag) && tag !== 'all' && tag !== 'nav'),
    categories: listOf(fields.categories, /,/),
    address: draft ? null : placeOf(stem, fields),
    aliases: [],
    body: parted.body,
    bodyLine: parted.bodyLine,
  }
}

function placeOf(stem: string, fields: Fields): string | null {
  const own = fields.permalink
  if (own === false) return null
  const isIndex = /(?:^|\/)index$/.test(stem)
  const folder = isIndex ? stem.replace(/index$/, '') : `${stem}/`
  const written = textOf(own)
  if (written === null) return addressOf(folder)
  const slug = folder.replace(/\/$/, '').split('/').at(-1) ?? ''
  const path = written
    .replace(/\{\{-?\s*page\.fileSlug\s*-?\}\}/g, slug)
    .replace(/\{\{-?\s*page\.filePathStem\s*-?\}\}/g, `/${stem}`)
    .replace(/\/{2,}/g, '/')
  return /\{[{%]/.test(path) ? null : addressOf(path.replace(/(^|\/)index\.html$/, '$1'))
}

/** Liquid, which Eleventy runs over Markdown unless it is told otherwise. */
export function eleventyTags(): OldSite['translate'] {
  return (text, address) => translateLiquid(text, { site: {}, own: null }, address)
}

export function eleventyFile(path: string, input: string): string | null {
  if (path.startsWith('public/')) return path.slice('public/'.length)
  if (!path.startsWith(input)) return null
  const inside = path.slice(input.length)
  return /(?:^|\/)[_.]|^node_modules\//.test(inside) ? null : inside
}
