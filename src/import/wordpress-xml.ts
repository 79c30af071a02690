import { type SaxesAttributeNS, SaxesParser } from 'saxes'
import { DrowseError } from '../errors/drowse-error.ts'

/** One `<item>` of a WordPress export: the text of its elements by their prefixed name, and what may be there several times. */
export interface WordPressItem {
  readonly fields: Readonly<Record<string, string>>
  readonly terms: readonly { readonly domain: string; readonly name: string; readonly slug: string }[]
  readonly meta: Readonly<Record<string, string>>
  readonly comments: number
  /** The line on which its text begins. */
  readonly line: number
}

export interface WordPressExport {
  /** Of `<channel>`: title, link, description, language, wp:base_blog_url. */
  readonly channel: Readonly<Record<string, string>>
  /** Login → the name shown. */
  readonly authors: Readonly<Record<string, string>>
  readonly items: readonly WordPressItem[]
}

interface Open {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  text: string
}

/**
 * Reads a WordPress export (WXR) as it comes. Throws `content-invalid` with the line for XML that is broken, and for another kind of XML. Entities that the file
 * declares are not known: no text of it can grow.
 */
export async function readWordPressXml(path: string, chunks: AsyncIterable<string>): Promise<WordPressExport> {
  const parser = new SaxesParser({ xmlns: false, fileName: path })
  const stack: Open[] = []
  const channel: Record<string, string> = {}
  const authors: Record<string, string> = {}
  const items: WordPressItem[] = []
  let item: {
    fields: Record<string, string>
    terms: WordPressItem['terms'][number][]
    meta: Record<string, string>
    comments: number
    line: number
  } | null = null
  let author: Record<string, string> = {}
  let meta: Record<string, string> = {}

  const append = (text: string) => {
    const open = stack.at(-1)
    if (open) open.text += text
  }
  parser.on('error', (error) => {
    throw new DrowseError('content-invalid', `${path}:${parser.line}: this XML is broken: ${error.message}`, {
      hint: 'Export the site again, from WordPress under Tools, Export.',
    })
  })
  parser.on('text', append)
  parser.on('cdata', append)
  parser.on('opentag', ({ name, attributes }) => {
    const given = Object.entries(attributes).map(([key, value]: [string, string | SaxesAttributeNS]) => [
      key,
      typeof value === 'string' ? value : value.value,
    ])
    stack.push({ name, attributes: Object.fromEntries(given), text: '' })
    if (name === 'item') item = { fields: {}, terms: [], meta: {}, comments: 0, line: parser.line }
    if (name === 'wp:author') author = {}
    if (name === 'wp:postmeta') meta = {}
  })
  parser.on('closetag', () => {
    const { name, text, attributes } = stack.pop() ?? { name: '', text: '', attributes: {} }
    const parent = stack.at(-1)?.name
    if (name === 'item' && item) {
      items.push(item)
      item = null
    } else if (name === 'wp:comment' && item) item.comments += 1
    else if (name === 'wp:author') authors[author['wp:author_login'] ?? ''] = author['wp:author_display_name'] ?? ''
    else if (name === 'wp:postmeta' && item) item.meta[meta['wp:meta_key'] ?? ''] = meta['wp:meta_value'] ?? ''
    else if (parent === 'wp:author') author[name] = text
    else if (parent === 'wp:postmeta') meta[name] = text
    else if (parent === 'item' && item && name === 'category')
      item.terms.push({ domain: attributes.domain ?? '', name: text.trim(), slug: attributes.nicename ?? '' })
    else if (parent === 'item' && item) {
      item.fields[name] = text
      if (name === 'content:encoded') item.line = parser.line - (text.split('\n').length - 1)
    } else if (parent === 'channel') channel[name] = text.trim()
  })
  for await (const chunk of chunks) parser.write(chunk)
  parser.close()
  if (channel['wp:wxr_version'] !== undefined) return { channel, authors, items }
  throw new DrowseError('content-invalid', `${path} is XML, but not an export of WordPress.`, {
    hint: 'Such a file comes from WordPress under Tools, Export.',
  })
}
