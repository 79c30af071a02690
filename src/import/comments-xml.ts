import { type SaxesAttributeNS, SaxesParser } from 'saxes'
import { parseTimestamp } from '../content/timestamp.ts'
import { DrowseError } from '../errors/drowse-error.ts'
import { htmlToMarkdown } from './html-to-markdown.ts'
import { emailOf, nameOf, type OldComment, type OldComments, pathOf, wordsOf } from './old-comments.ts'

/** The text of an element’s children by their name, and attributes as `name@attribute`. */
type Fields = Record<string, string>

interface Read {
  readonly root: string
  /** Of WordPress: the addresses of those who write there. */
  readonly authors: ReadonlySet<string>
  /** A comment’s own fields, and of WordPress those of the text it is on. */
  readonly comments: readonly { readonly own: Fields; readonly on: Fields }[]
  /** Disqus’ threads by their id. */
  readonly threads: ReadonlyMap<string, Fields>
}

/**
 * The comments of an export of WordPress (WXR) or Disqus. Throws `content-invalid` with the line for XML that is broken, and for another kind of XML. Entities that
 * the file declares are not known: no text of it can grow.
 */
export async function readCommentsXml(path: string, chunks: AsyncIterable<string>): Promise<OldComments> {
  const read = await readElements(path, chunks)
  if (read.root === 'rss') return fromWordPress(read)
  if (read.root === 'disqus') return fromDisqus(read)
  throw new DrowseError('content-invalid', `${path} is XML, but no export of WordPress or Disqus.`, {
    hint: 'WordPress writes one under Tools, Export, and Disqus under Admin, Moderation, Export.',
  })
}

/** Elements whose children are fields. */
const HOLDERS = ['item', 'wp:comment', 'wp:author', 'post', 'thread']

async function readElements(path: string, chunks: AsyncIterable<string>): Promise<Read> {
  const parser = new SaxesParser({ xmlns: false, fileName: path })
  const stack: { readonly name: string; text: string; readonly attributes: Fields; readonly fields: Fields }[] = []
  const authors = new Set<string>()
  const comments: { own: Fields; on: Fields }[] = []
  const threads = new Map<string, Fields>()
  let root = ''
  let onItem: Fields[] = []

  parser.on('error', (error) => {
    throw new DrowseError('content-invalid', `${path}:${parser.line}: this XML is broken: ${error.message}`, {
      hint: 'Export the comments again.',
    })
  })
  const append = (text: string) => {
    const open = stack.at(-1)
    if (open) open.text += text
  }
  parser.on('text', append)
  parser.on('cdata', append)
  parser.on('opentag', ({ name, attributes }) => {
    if (stack.length === 0) root = name
    const given = Object.entries(attributes).map(([key, value]: [string, string | SaxesAttributeNS]) => [
      key,
      typeof value === 'string' ? value : value.value,
    ])
    stack.push({ name, text: '', attributes: Object.fromEntries(given), fields: {} })
  })
  parser.on('closetag', () => {
    const closed = stack.pop()
    const parent = stack.at(-1)
    if (closed === undefined || parent === undefined) return
    const { name, text, fields, attributes } = closed
    if (name === 'wp:author') authors.add((fields['wp:author_email'] ?? '').trim().toLowerCase())
    else if (name === 'wp:comment') onItem.push(fields)
    else if (name === 'item') {
      comments.push(...onItem.map((own) => ({ own, on: fields })))
      onItem = []
    } else if (name === 'thread' && parent.name === 'disqus') threads.set(attributes['dsq:id'] ?? '', fields)
    else if (name === 'post' && parent.name === 'disqus')
      comments.push({ own: { ...fields, id: attributes['dsq:id'] ?? '' }, on: {} })
    else if (HOLDERS.includes(parent.name)) {
      parent.fields[name] = text
      if (attributes['dsq:id'] !== undefined) parent.fields[`${name}@id`] = attributes['dsq:id']
      // Disqus has its writers in an element of their own.
      if (name === 'author') for (const [key, value] of Object.entries(fields)) parent.fields[`author/${key}`] = value
    } else if (parent.name === 'author') parent.fields[name] = text
  })
  for await (const chunk of chunks) parser.write(chunk)
  parser.close()
  return { root, authors, comments, threads }
}

/** Comments, or why they are left out. */
function sorted(system: OldComments['system'], all: readonly (OldComment | string)[]): OldComments {
  const reasons = all.filter((each) => typeof each === 'string')
  const comments = all.filter((each) => typeof each !== 'string')
  const leftOut = Object.fromEntries(
    [...Map.groupBy(reasons, (reason) => reason)].map(([reason, { length }]) => [reason, length]),
  )
  return {
    system,
    comments: comments.toSorted((one, other) => (one.date < other.date ? -1 : one.date > other.date ? 1 : 0)),
    leftOut,
  }
}

function fromWordPress({ comments, authors }: Read): OldComments {
  const all = comments.map(({ own, on }): OldComment | string => {
    const field = (name: string) => (own[`wp:comment_${name}`] ?? '').trim()
    if (!['', 'comment'].includes(field('type'))) return field('type')
    const state = { '1': 'shown', approve: 'shown', '': 'shown', '0': 'held', hold: 'held' }[field('approved')]
    if (state === undefined) return field('approved')
    const date = parseTimestamp(field('date_gmt')) ?? parseTimestamp(field('date'))
    const text = markdownOf(withBreaks(own['wp:comment_content'] ?? ''))
    if (text === '' || date === null) return text === '' ? 'empty' : 'without a date'
    const email = emailOf(field('author_email'))
    const slug = (on['wp:post_name'] ?? '').trim()
    const parent = field('parent')
    return {
      source: `wordpress:${field('id')}`,
      parent: parent === '' || parent === '0' ? null : `wordpress:${parent}`,
      pages: [pathOf(on.link ?? ''), slug === '' ? null : `/posts/${slug}/`].flatMap((path) =>
        path === null || path === '/' ? [] : [path],
      ),
      name: nameOf(field('author')),
      email,
      date,
      text,
      byOwner: !['', '0'].includes(field('user_id')) && authors.has(email.toLowerCase()),
      state: state === 'held' ? 'held' : 'shown',
    }
  })
  return sorted('WordPress', all)
}

/** Of a script there is nothing to read. */
function markdownOf(html: string): string {
  return wordsOf(htmlToMarkdown(html.replace(/<(script|style)\b[\s\S]*?(?:<\/\1\s*>|$)/gi, '')))
}

/** WordPress shows a line break as one. */
function withBreaks(html: string): string {
  return html.replace(/\r\n?/g, '\n').replace(/(?<![\n>])\n(?![\n<])/g, '<br>')
}

function fromDisqus({ comments, threads }: Read): OldComments {
  const all = comments.map(({ own }): OldComment | string => {
    if (own.isDeleted?.trim() === 'true') return 'deleted'
    if (own.isSpam?.trim() === 'true') return 'spam'
    const date = parseTimestamp((own.createdAt ?? '').trim())
    const text = markdownOf(own.message ?? '')
    if (text === '' || date === null) return text === '' ? 'empty' : 'without a date'
    const path = pathOf(threads.get(own['thread@id'] ?? '')?.link ?? '')
    const parent = own['parent@id']
    return {
      source: `disqus:${own.id}`,
      parent: parent === undefined ? null : `disqus:${parent}`,
      pages: path === null || path === '/' ? [] : [path],
      name: nameOf(own['author/name'] ?? own['author/username'] ?? ''),
      email: emailOf(own['author/email'] ?? ''),
      date,
      text,
      byOwner: false,
      state: own.isApproved?.trim() === 'false' ? 'held' : 'shown',
    }
  })
  return sorted('Disqus', all)
}
