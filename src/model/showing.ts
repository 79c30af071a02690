import type { Entry } from '../content/types.ts'
import { entries, settings } from './site-tables.ts'
import type { Change } from './types.ts'

/** What decides which entries readers may see. It comes in as data: the model has no clock. */
export interface Showing {
  /** ISO 8601 UTC with milliseconds. What is dated later waits for its time. */
  readonly time: string
  /** Shows everything, drafts and what is dated later too: for the author's own eyes. */
  readonly drafts: boolean
}

type Site = Pick<Change, 'row' | 'list'>

/** Names the setting that holds it. No page reads it: pages read the entries it decides upon. */
const SHOWING = 'showing'
const BEFORE_ALL = { time: '', drafts: false, closed: '' }

export function showingOf(site: Pick<Change, 'row'>): Showing {
  return notedIn(site)
}

/** What is noted, with the date up to which entries take no comments any more: '' for none. */
function notedIn(site: Pick<Change, 'row'>): Showing & { readonly closed: string } {
  // Written by `noteShowing` and `noteClosing` alone.
  const noted = site.row(settings, SHOWING)?.value as unknown as Partial<ReturnType<typeof notedIn>> | undefined
  return { ...BEFORE_ALL, ...noted }
}

/** Notes the time, which may also go back, and shows and hides nothing yet. Returns the entries that it is time to look at. */
export function noteShowing(change: Change, { time, drafts }: Showing): readonly string[] {
  const { closed, ...before } = notedIn(change)
  change.put(settings, { name: SHOWING, value: { time, drafts, closed } })
  const ids = [
    ...(before.drafts === drafts ? [] : spotsOf(change, 'draft')),
    ...spotsOf(change, 'scheduled', drafts ? {} : { before: endOf(time) }),
    ...(drafts ? [] : spotsOf(change, 'shown', { after: endOf(time) })),
    ...noteClosing(change),
  ]
  return [...new Set(ids)]
}

/** Notes up to which date entries take no comments any more, by the time noted and the site's settings, and closes nothing yet. Returns the entries to look at. */
export function noteClosing(change: Change): readonly string[] {
  const { time, drafts, closed: before } = notedIn(change)
  const after = closeAfter(change)
  const closed = after === null || time === '' ? '' : new Date(Date.parse(time) - after).toISOString()
  change.put(settings, { name: SHOWING, value: { time, drafts, closed } })
  const [from = '', to = ''] = [before, closed].toSorted()
  return from === to ? [] : spotsOf(change, 'shown', { after: endOf(from), before: endOf(to) })
}

/** Whether the time for comments on an entry is over. */
export function isClosed({ draft, date }: Pick<Entry, 'draft' | 'date'>, site: Pick<Change, 'row'>): boolean {
  return !draft && date !== null && date <= notedIn(site).closed
}

/** When the time for comments on an entry is over; null for never. */
export function closesAt({ date }: Pick<Entry, 'date'>, site: Pick<Change, 'row'>): string | null {
  const after = closeAfter(site)
  return date === null || after === null ? null : new Date(Date.parse(date) + after).toISOString()
}

/** Null also where the whole site takes none: nobody need wake to close what isn't open. */
function closeAfter(site: Pick<Change, 'row'>): number | null {
  const { open, closeAfter: after }: { open?: unknown; closeAfter?: unknown } = Object(site.row(settings, 'comments')?.value)
  return typeof after === 'number' && open !== false ? after : null
}

export function isShown({ draft, date }: Pick<Entry, 'draft' | 'date'>, site: Pick<Change, 'row'>): boolean {
  const { time, drafts } = showingOf(site)
  return drafts || (!draft && (date === null || date <= time))
}

/** When the next entry is to be shown, or its comments to be closed; null for never. */
export function nextDue(site: Site): string | null {
  const { time, closed } = notedIn(site)
  const shown = nextAfter(site, 'scheduled', time)?.date ?? null
  const open = closeAfter(site) === null ? null : nextAfter(site, 'shown', closed)
  return [shown, open && closesAt(open, site)].filter((due) => due !== null).toSorted()[0] ?? null
}

function nextAfter(site: Site, group: string, time: string): Entry | null {
  const [next] = site.list(entries.indexes.byTime, group, { after: endOf(time), limit: 1 })
  return next ? site.row(entries, next.key) : null
}

function spotsOf(site: Site, group: string, range: Parameters<Site['list']>[2] = {}): readonly string[] {
  return site.list(entries.indexes.byTime, group, range).map(({ key }) => key)
}

/** Comes after the positions of all rows of this time. */
function endOf(time: string): string {
  return `${time}\u0002`
}
