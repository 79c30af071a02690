import { slugify } from '../content/slug.ts'
import { addressOf, dateOf, firstText, listOf, textOf } from './field-values.ts'
import type { Parted } from './front-matter.ts'
import { noteAttributes, translateLiquid } from './liquid.ts'
import type { AddressOf, Fields, OldSite, OldText } from './types.ts'

// https://jekyllrb.com/docs/permalinks/, https://jekyllrb.com/docs/posts/

const STYLES: Readonly<Record<string, string>> = {
  date: '/:categories/:year/:month/:day/:title.html',
  pretty: '/:categories/:year/:month/:day/:title/',
  none: '/:categories/:title.html',
}

const POST = /^(?:(?<above>.*)\/)?_(?<folder>posts|drafts)\/(?:.*\/)?(?:(?<date>\d{4}-\d{2}-\d{2})-)?(?<name>[^/]+)\.[^./]+$/

/** A Markdown file of a Jekyll site; null for one that Jekyll doesn’t publish. */
export function jekyllText(path: string, parted: Parted, config: Fields): OldText | null {
  const post = POST.exec(path)?.groups
  if (post === undefined && (/(?:^|\/)_/.test(path) || !parted.hasFields)) return null
  const { fields, body, bodyLine } = parted
  const above = (post?.above ?? '').split('/').filter((part) => part !== '')
  const categories = [...new Set([...above, ...listOf(fields.categories, /[\s,]+/), ...listOf(fields.category, /,/)])]
  const date = dateOf(fields.date) ?? dateOf(post?.date ?? null)
  const slug = textOf(fields.slug) ?? post?.name ?? null
  const isDraft = post?.folder === 'drafts' || fields.published === false || fields.draft === true
  return {
    source: path,
    kind: post === undefined ? 'page' : 'post',
    path: post === undefined ? path : path.replace(/^(?:.*\/)?_(?:posts|drafts)\//, ''),
    fields,
    slug: post === undefined ? null : slugify(slug ?? ''),
    title: textOf(fields.title),
    date,
    draft: isDraft,
    tags: [...listOf(fields.tags, /[\s,]+/), ...listOf(fields.tag, /,/)],
    categories,
    address: isDraft ? null : placeOf({ path, fields, config, isPost: post !== undefined, date, slug: slug ?? '', categories }),
    aliases: listOf(fields.redirect_from, /,/).flatMap((alias) => addressOf(alias) ?? []),
    body,
    bodyLine,
  }
}

interface Placed {
  readonly path: string
  readonly fields: Fields
  readonly config: Fields
  readonly isPost: boolean
  readonly date: string | null
  readonly slug: string
  readonly categories: readonly string[]
}

function placeOf({ path, fields, config, isPost, date, slug, categories }: Placed): string | null {
  const style = textOf(config.permalink) ?? 'date'
  if (!isPost) {
    const own = textOf(fields.permalink)
    if (own !== null) return /:/.test(own) ? null : addressOf(own)
    const stem = path.replace(/\.[^./]+$/, '')
    if (/(?:^|\/)index$/.test(stem)) return addressOf(stem.replace(/index$/, ''))
    return addressOf(/^(?:pretty|.*\/)$/.test(style) ? `${stem}/` : `${stem}.html`)
  }
  const own = textOf(fields.permalink) ?? style
  const [year = '', month = '', day = ''] = date?.slice(0, 10).split('-') ?? []
  const parts: Readonly<Record<string, string>> = {
    categories: categories.map((name) => name.toLowerCase().replace(/\s+/g, '-')).join('/'),
    year,
    month,
    day,
    i_month: String(Number(month)),
    i_day: String(Number(day)),
    short_year: year.slice(2),
    title: slug,
    slug,
    name: slug,
  }
  const names = [...(STYLES[own] ?? own).matchAll(/:(\w+)/g)].map(([, name = '']) => name)
  if (date === null || names.some((name) => parts[name] === undefined)) return null
  return addressOf((STYLES[own] ?? own).replace(/:(\w+)/g, (_, name: string) => parts[name] ?? '').replace(/\/{2,}/g, '/'))
}

/** Liquid and Kramdown. `{% post_url 2020-01-02-name %}` and `{% link _posts/… %}` are found by their files. */
export function jekyllTags(config: Fields): OldSite['translate'] {
  return (text, address) => {
    const find: AddressOf = (name, from) => address(name, from) ?? address(`_posts/${name}`, from)
    return noteAttributes(translateLiquid(text, { site: config, own: 'page' }, find), text.bodyLine)
  }
}

/** Files Jekyll publishes as they are: those outside folders with an underscore. */
export function jekyllFile(path: string): string | null {
  return /(?:^|\/)[_.]|^(?:node_modules|vendor)\//.test(path) ? null : path
}

export function jekyllHead(config: Fields): Pick<OldSite, 'title' | 'description' | 'author' | 'language' | 'url'> {
  const author = config.author
  const name = typeof author === 'object' && author !== null && 'name' in author ? textOf(author.name) : textOf(author)
  return {
    title: textOf(config.title),
    description: textOf(config.description),
    author: name,
    language: firstText(config, 'lang', 'locale'),
    url: textOf(config.url),
  }
}
