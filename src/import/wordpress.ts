import type { Problem } from '../protocol/types.ts'
import { addressOf, dateOf, textOf } from './field-values.ts'
import { htmlToMarkdown, htmlToText } from './html-to-markdown.ts'
import { replaceTags } from './tags.ts'
import type { OldSite, OldText, Translated } from './types.ts'
import type { WordPressExport, WordPressItem } from './wordpress-xml.ts'

const LEFT_OUT = ['trash', 'auto-draft', 'inherit']

/** A WordPress export as an old site. `file` is its name in messages. */
export function wordPressSite(file: string, { channel, authors, items }: WordPressExport): OldSite {
  const base = (channel['wp:base_blog_url'] ?? channel.link ?? '').replace(/\/+$/, '')
  const texts = items.flatMap((item) => textOfItem(item, file, authors, pictures(items, base)) ?? [])
  return {
    generator: 'wordpress',
    title: textOf(channel.title),
    description: textOf(channel.description),
    author: Object.values(authors).length === 1 ? textOf(Object.values(authors)[0]) : null,
    language: textOf(channel.language),
    url: textOf(base),
    texts,
    files: [],
    problems: [...unread(items, file), ...kept(items, file)],
    translate: (text) => translateHtml(text, base),
  }
}

/** Attachments by their id: the address of each picture. */
function pictures(items: readonly WordPressItem[], base: string): ReadonlyMap<string, string> {
  const attached = items.filter(({ fields }) => fields['wp:post_type'] === 'attachment')
  const address = (url: string) => (url.startsWith(`${base}/`) ? url.slice(base.length) : url)
  return new Map(attached.map(({ fields }) => [fields['wp:post_id'] ?? '', address(fields['wp:attachment_url'] ?? '')]))
}

function textOfItem(
  { fields, terms, meta, line }: WordPressItem,
  file: string,
  authors: WordPressExport['authors'],
  images: ReadonlyMap<string, string>,
): OldText | null {
  const type = fields['wp:post_type']
  const status = fields['wp:status'] ?? 'publish'
  if ((type !== 'post' && type !== 'page') || LEFT_OUT.includes(status)) return null
  const id = fields['wp:post_id'] ?? ''
  const slug = decoded(fields['wp:post_name'] ?? '')
  const draft = status !== 'publish' && status !== 'future'
  const names = (domain: string) => terms.filter((term) => term.domain === domain).map(({ name }) => name)
  const creator = fields['dc:creator'] ?? ''
  const image = images.get(meta._thumbnail_id ?? '')
  const own = {
    ...(type === 'post' && creator !== '' ? { author: authors[creator] || creator } : {}),
    ...(textOf(fields['excerpt:encoded']) === null ? {} : { description: textOf(fields['excerpt:encoded']) }),
    ...(image === undefined ? {} : { image }),
    ...(fields['wp:comment_status'] === 'closed' && type === 'post' ? { comments: false } : {}),
  }
  return {
    source: `${file}#${id}`,
    kind: type,
    path: `${slug === '' ? `post-${id}` : slug}.md`,
    fields: own,
    slug: slug === '' ? `post-${id}` : slug,
    title: textOf(htmlToText(fields.title ?? '')) ?? `Post ${id}`,
    date: type === 'post' ? dateOfItem(fields) : null,
    draft,
    tags: names('post_tag'),
    categories: names('category').filter((name) => name !== 'Uncategorized'),
    address: draft || /[?&](?:p|page_id)=\d/.test(fields.link ?? '') ? null : addressOf(textOf(fields.link)),
    aliases: [],
    body: fields['content:encoded'] ?? '',
    bodyLine: line,
  }
}

/** A draft that was never published has the date of nothing; it was written some time. */
function dateOfItem(fields: WordPressItem['fields']): string | null {
  const dates = [fields['wp:post_date_gmt'], fields['wp:post_date'], fields['wp:post_modified_gmt'], fields.pubDate]
  return dates.map((date) => (date?.startsWith('0000') ? null : dateOf(date))).find((date) => date != null) ?? null
}

function decoded(slug: string): string {
  try {
    return decodeURIComponent(slug)
  } catch {
    return slug
  }
}

const SHORTCODE =
  /\[caption(?<caption>[^\]]*)\](?<captioned>[\s\S]*?)\[\/caption\]|\[embed[^\]]*\](?<embedded>[\s\S]*?)\[\/embed\]|\[\[(?<shown>[\w-]+[^\]]*)\]\]|\[\/?(?<name>gallery|audio|video|playlist|contact-form(?:-7)?|youtube|vimeo|gist|code|sourcecode|table|wp[\w-]*)\b[^\]]*\]/g

/** The blocks’ marks say nothing that their HTML does not. */
const BLOCK_MARK = /<!--\s*\/?wp:[\s\S]*?-->\n?/g

function translateHtml(text: OldText, base: string): Translated {
  const shortcodes = replaceTags(text.body, text.bodyLine, SHORTCODE, 'import/shortcode', ({ groups }) => {
    const { captioned, embedded, shown } = groups
    if (shown !== undefined) return { text: `[${shown}]`, message: '' }
    if (embedded !== undefined)
      return { text: `\n\n<a href="${embedded.trim()}">${embedded.trim()}</a>\n\n`, message: 'a link now.' }
    if (captioned === undefined) return null
    const [, picture = '', words = ''] = /^\s*((?:<a\b[^>]*>\s*)?<img\b[^>]*>(?:\s*<\/a>)?)([\s\S]*)$/.exec(captioned) ?? []
    if (picture === '') return null
    return { text: `\n\n<figure>${picture}<figcaption>${words.trim()}</figcaption></figure>\n\n`, message: 'a figure now.' }
  })
  const own = shortcodes.markdown.replace(BLOCK_MARK, '')
  const html = base === '' ? own : own.replaceAll(`"${base}/`, '"/').replaceAll(`"${base.replace(/^http:/, 'https:')}/`, '"/')
  return { markdown: htmlToMarkdown(html), notes: shortcodes.notes }
}

/** What an export holds besides texts. */
function unread(items: readonly WordPressItem[], file: string): readonly Problem[] {
  const comments = items.reduce((sum, item) => sum + item.comments, 0)
  if (comments === 0) return []
  const message = `${comments} ${comments === 1 ? 'comment is' : 'comments are'} in the machine’s keeping, not in files, and so not imported yet.`
  const hint = `Once the site runs: \`drowse import-comments ${file} --to …\`.`
  return [{ where: file, rule: 'import/comments', message, hint, severity: 'warning' }]
}

function kept(items: readonly WordPressItem[], file: string): readonly Problem[] {
  const attached = items.filter(({ fields }) => fields['wp:post_type'] === 'attachment').length
  const others = Map.groupBy(
    items.filter(({ fields }) => !['post', 'page', 'attachment'].includes(fields['wp:post_type'] ?? '')),
    ({ fields }) => fields['wp:post_type'] ?? '',
  )
  const files: Problem = {
    where: file,
    rule: 'import/files',
    message: `The export names ${attached} ${attached === 1 ? 'file' : 'files'} of the media library, and holds none.`,
    hint: 'Copy the folder wp-content/uploads to content/wp-content/uploads: then every picture keeps its address.',
    severity: 'warning',
  }
  const kinds = [...others].map(
    ([type, all]): Problem => ({
      where: file,
      rule: 'import/kind',
      message: `${all.length} of the kind ${type || '(none)'} left out: only posts and pages are taken.`,
      severity: 'warning',
    }),
  )
  return [...(attached === 0 ? [] : [files]), ...kinds]
}
