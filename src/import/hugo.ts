import { isMapping } from '../config/yaml-source.ts'
import { addressOf, dateOf, firstText, listOf, textOf } from './field-values.ts'
import type { Parted } from './front-matter.ts'
import { codeBlock, type Replacement, replaceTags, type Tag } from './tags.ts'
import type { AddressOf, Fields, OldSite, OldText } from './types.ts'

// https://gohugo.io/content-management/urls/, https://gohugo.io/shortcodes/

const PATTERN =
  /\{\{[<%]\/\*\s*(?<shown>[\s\S]*?)\s*\*\/[>%]\}\}|\{\{[<%]\s*highlight\s+(?<highlight>[^>%]*?)\s*[>%]\}\}(?<code>[\s\S]*?)\{\{[<%]\s*\/\s*highlight\s*[>%]\}\}|\{\{[<%]\s*(?<name>\/?\s*[\w./-]+)(?<rest>[\s\S]*?)\/?\s*[>%]\}\}/g

const POSTS = ['posts', 'post', 'blog', 'articles', 'news']

/** The sections whose texts are posts: those the settings name, else the usual ones. */
export function mainSections(config: Fields): readonly string[] {
  const params = isMapping(config.params) ? config.params : {}
  const named = listOf(params.mainSections ?? config.mainSections, /,/)
  return named.length > 0 ? named : POSTS
}

/** A Markdown file below Hugo’s `content/`; null for one that is no text of its own. */
export function hugoText(path: string, parted: Parted, config: Fields): OldText | null {
  if (!path.startsWith('content/') || /(?:^|\/)_index\.[^/]+$/.test(path)) return null
  const inside = path.slice('content/'.length)
  const { fields, body, bodyLine } = parted
  const [section = ''] = inside.split('/')
  const isPost = inside.includes('/') && mainSections(config).includes(section)
  const date = dateOf(fields.date) ?? dateOf(fields.publishDate) ?? dateOf(fields.lastmod)
  const draft = fields.draft === true
  const address = draft ? null : placeOf(inside, section, fields, config, date)
  return {
    source: path,
    kind: isPost ? 'post' : 'page',
    path: isPost ? inside.slice(section.length + 1) : inside,
    fields,
    slug: isPost ? textOf(fields.slug) : null,
    title: textOf(fields.title),
    date: dateOf(fields.publishDate) ?? date,
    draft,
    tags: listOf(fields.tags, /,/),
    categories: listOf(fields.categories, /,/),
    address,
    aliases: listOf(fields.aliases, /,/).flatMap(
      (alias) => addressOf(alias.startsWith('/') ? alias : beside(inside, alias)) ?? [],
    ),
    body,
    bodyLine,
  }
}

function beside(inside: string, alias: string): string {
  return `${inside.slice(0, inside.lastIndexOf('/') + 1)}${alias}`
}

function placeOf(inside: string, section: string, fields: Fields, config: Fields, date: string | null): string | null {
  const own = textOf(fields.url)
  if (own !== null) return /:/.test(own.replace(/^https?:/, '')) ? null : addressOf(own)
  const stem = inside.replace(/\.[^./]+$/, '').replace(/(?:^|\/)index$/, '')
  const fileName = stem.slice(stem.lastIndexOf('/') + 1)
  const name = textOf(fields.slug) ?? fileName
  const permalinks = isMapping(config.permalinks) ? config.permalinks : {}
  const pages = isMapping(permalinks.page) ? permalinks.page : permalinks
  const pattern = textOf(pages[section])
  if (pattern === null)
    return addressOf(`${hugoPath(`${stem.slice(0, stem.length - fileName.length)}${name}`)}/`.replace(/^\/$/, ''))
  const [year = '', month = '', day = ''] = date?.slice(0, 10).split('-') ?? []
  const parts: Readonly<Record<string, string>> = {
    year,
    month,
    day,
    section,
    slug: textOf(fields.slug) ?? textOf(fields.title) ?? fileName,
    title: textOf(fields.title) ?? fileName,
    filename: fileName,
    contentbasename: fileName,
    slugorfilename: name,
    slugorcontentbasename: name,
  }
  const names = [...pattern.matchAll(/:(\w+)/g)].map(([, part = '']) => part)
  if (names.some((part) => (parts[part] ?? '') === '')) return null
  return addressOf(pattern.replace(/:(\w+)/g, (_, part: string) => hugoPath(parts[part] ?? '')))
}

/** Words as Hugo writes them into an address. */
function hugoPath(words: string): string {
  return words
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}./_~+-]+/gu, '-')
    .replace(/-{2,}/g, '-')
    .replace(/^-|-$/g, '')
}

/** Shortcodes that HTML, Markdown or an address is the equal of. */
export function hugoTags(): OldSite['translate'] {
  return (text, address) =>
    replaceTags(text.body, text.bodyLine, PATTERN, 'import/shortcode', (tag) => replaced(tag, text, address))
}

function replaced(tag: Tag, text: OldText, addressOfText: AddressOf): Replacement {
  const { shown, highlight, code, name = '', rest = '' } = tag.groups
  if (shown !== undefined) return { text: tag.whole.replace('/*', '').replace('*/', ''), message: '' }
  if (highlight !== undefined && code !== undefined) return codeBlock(code, /^"?([\w+#-]+)/.exec(highlight)?.[1] ?? '', tag)
  const given = argumentsOf(rest)
  if (name === 'ref' || name === 'relref') {
    const [path = ''] = given.listed
    const [file = '', fragment] = (given.named.path ?? path).split('#')
    const address = addressOfText(file, text)
    if (address === null) return null
    const full = fragment === undefined ? address : `${address}#${fragment}`
    return { text: full, message: `the address ${full}.` }
  }
  return name === 'figure' ? figure(given.named, tag) : null
}

interface Arguments {
  readonly listed: readonly string[]
  readonly named: Readonly<Record<string, string>>
}

function argumentsOf(text: string): Arguments {
  const found = [...text.matchAll(/(?:([\w-]+)=)?(?:"((?:[^"\\]|\\.)*)"|`([^`]*)`|([^\s"`=]+))/g)]
  const values = found.map(([, name, quoted, raw, bare]) => ({
    name,
    value: quoted?.replace(/\\(.)/g, '$1') ?? raw ?? bare ?? '',
  }))
  return {
    listed: values.flatMap(({ name, value }) => (name === undefined ? [value] : [])),
    named: Object.fromEntries(values.flatMap(({ name, value }) => (name === undefined ? [] : [[name, value]]))),
  }
}

const FIGURE = ['src', 'alt', 'title', 'caption', 'link', 'class', 'width', 'height', 'loading', 'target', 'rel']

/** The HTML that Hugo’s own `figure` writes; null where it would read Markdown in the caption, or has more arguments. */
function figure(named: Arguments['named'], { before, after }: Tag): Replacement {
  const { src, caption = '', title } = named
  const plain = !/[*_`[\]<&]/.test(caption)
  if (
    src === undefined ||
    !plain ||
    before.trim() !== '' ||
    after.trim() !== '' ||
    Object.keys(named).some((key) => !FIGURE.includes(key))
  )
    return null
  const attribute = (key: string, value: string | undefined) => (value === undefined ? '' : ` ${key}="${escaped(value)}"`)
  const image = `<img${['src', 'alt', 'width', 'height', 'loading'].map((key) => attribute(key, key === 'alt' ? (named.alt ?? caption) : named[key])).join('')}>`
  const linked =
    named.link === undefined
      ? image
      : `<a${attribute('href', named.link)}${attribute('target', named.target)}${attribute('rel', named.rel)}>${image}</a>`
  const words = `${title === undefined ? '' : `<h4>${escaped(title)}</h4>`}${caption === '' ? '' : `<p>${escaped(caption)}</p>`}`
  const told = words === '' ? '' : `<figcaption>${words}</figcaption>`
  return {
    text: `<figure${attribute('class', named.class)}>${linked}${told}</figure>`,
    message: 'the HTML that Hugo wrote for it.',
  }
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}

/** Files Hugo publishes as they are: those of `static/`, and those beside a text. */
export function hugoFile(path: string, config: Fields): string | null {
  if (path.startsWith('static/')) return path.slice('static/'.length)
  if (!path.startsWith('content/')) return null
  const inside = path.slice('content/'.length)
  const [section = ''] = inside.split('/')
  return mainSections(config).includes(section) ? `posts${inside.slice(section.length)}` : inside
}

export function hugoHead(config: Fields): Pick<OldSite, 'title' | 'description' | 'author' | 'language' | 'url'> {
  const params = isMapping(config.params) ? config.params : {}
  const author = isMapping(params.author) ? textOf(params.author.name) : textOf(params.author)
  return {
    title: textOf(config.title),
    description: textOf(params.description),
    author,
    language: firstText(config, 'languageCode', 'locale', 'defaultContentLanguage'),
    url: firstText(config, 'baseURL', 'baseurl'),
  }
}
