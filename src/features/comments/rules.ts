import type { Entry } from '../../content/types.ts'
import { closesAt } from '../../model/showing.ts'
import { closings, settings } from '../../model/site-tables.ts'
import { defineQuery } from '../../model/table.ts'
import type { Change, Query, Read } from '../../model/types.ts'
import type { Json } from '../../protocol/types.ts'
import { senderOf } from '../sender.ts'
import { type Comment, comments, folded } from './tables.ts'

/** Whether an entry takes comments. `over`: not any more, since its time for them is over. */
export type Taking = 'open' | 'over' | 'never'

/** Whether an entry takes comments now: its front matter's `comments` decides, else site.yaml's `comments.open` and `comments.closeAfter`. Only posts and notes do. `isOpen` says what `comments.open` does, for pages that have it cut off from the other settings. */
export function takingOf(read: Pick<Read, 'row'>, entry: Entry, isOpen = () => siteIsOpen(read)): Taking {
  return taking(entry, isOpen, () => read.row(closings, entry.id) !== null)
}

/** The same for what was written at this time. */
export function takingAt(read: Pick<Read, 'row'>, entry: Entry, time: string): Taking {
  return taking(
    entry,
    () => siteIsOpen(read),
    () => time >= (closesAt(entry, read) ?? NEVER),
  )
}

/** Whether entries that don't say take comments. */
export function siteIsOpen(read: Pick<Read, 'row'>): boolean {
  return rule(read, 'open') !== false
}

/** Sorts after every time. */
const NEVER = '~'

function taking({ kind, data }: Entry, isOpen: () => boolean, isOver: () => boolean): Taking {
  if ((kind !== 'post' && kind !== 'note') || data.comments === false) return 'never'
  if (data.comments === true) return 'open'
  if (!isOpen()) return 'never'
  return isOver() ? 'over' : 'open'
}

/** Whether what a visitor has written waits for the owner: for its links or words, or since nothing of theirs was ever shown, or as all does. */
export function holds(
  change: Change,
  { author, email, text, html }: Pick<Comment, 'author' | 'email' | 'text' | 'html'>,
): boolean {
  const moderation = rule(change, 'moderation')
  if (moderation === 'hold' || (moderation === 'first' && !isKnown(change, email))) return true
  const most = rule(change, 'holdLinks')
  if (typeof most === 'number' && (html.match(/<a /g)?.length ?? 0) >= most) return true
  const written = folded(`${author}\n${email}\n${text}`)
  const words = rule(change, 'holdWords')
  return Array.isArray(words) && words.some((word: Json) => typeof word === 'string' && written.includes(folded(word)))
}

/** Whether a comment with this address was ever shown. */
function isKnown(change: Change, email: string): boolean {
  return email !== '' && change.count(comments.indexes.byWriter, folded(email), 1) > 0
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

/** For how many milliseconds visitors may change what they wrote; 0: not at all. */
export function editFor(read: Pick<Read, 'row'>): number {
  const value = rule(read, 'editFor')
  return typeof value === 'number' ? value : 15 * 60_000
}

type Shown = {
  /** Whether entries that don't say take comments. */
  readonly isOpen: boolean
  /** Whether visitors can have mails about answers. */
  readonly mails: boolean
  /** Whether visitors can change what they wrote. */
  readonly edits: boolean
  readonly feeds: boolean
}

/** What pages show of the settings, cut off from the rest of these. */
export const commentsShown = defineQuery<null, Shown>('comments-shown', (read) => ({
  isOpen: siteIsOpen(read),
  mails: senderOf(read) !== null,
  edits: editFor(read) > 0,
  feeds: haveFeeds(read),
}))

export const RULE_QUERIES = [commentsShown] as unknown as readonly Query[]

function rule(read: Pick<Read, 'row'>, name: string): Json | undefined {
  const value = read.row(settings, 'comments')?.value
  return typeof value === 'object' && value !== null && !Array.isArray(value) && name in value ? Object(value)[name] : undefined
}
