import type { Entry } from '../../content/types.ts'
import { settings } from '../../model/site-tables.ts'
import type { Read } from '../../model/types.ts'
import type { Json } from '../../protocol/types.ts'

/** Whether an entry takes comments: its front matter's `comments` decides, else site.yaml's `comments.open`. Only posts and notes do. */
export function areOpen(read: Pick<Read, 'row'>, entry: Entry): boolean {
  if (entry.kind !== 'post' && entry.kind !== 'note') return false
  const own = entry.data.comments
  return typeof own === 'boolean' ? own : rule(read, 'open') !== false
}

/** Whether a new comment waits for the owner. */
export function holdsNew(read: Pick<Read, 'row'>): boolean {
  return rule(read, 'moderation') === 'hold'
}

/** Whether there are feeds of comments. */
export function haveFeeds(read: Pick<Read, 'row'>): boolean {
  return rule(read, 'feeds') === true
}

/** How many comments make a page of them full. */
export function perPage(read: Pick<Read, 'row'>): number {
  const value = rule(read, 'perPage')
  return typeof value === 'number' ? value : 20
}

function rule(read: Pick<Read, 'row'>, name: string): Json | undefined {
  const value = read.row(settings, 'comments')?.value
  return typeof value === 'object' && value !== null && !Array.isArray(value) && name in value ? Object(value)[name] : undefined
}
