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
const BEFORE_ALL: Showing = { time: '', drafts: false }

export function showingOf(site: Pick<Change, 'row'>): Showing {
  // Written by `noteShowing` alone.
  return (site.row(settings, SHOWING)?.value as unknown as Showing | undefined) ?? BEFORE_ALL
}

/** Notes the time, which may also go back, and shows and hides nothing yet. Returns the entries that it is time to look at. */
export function noteShowing(change: Change, { time, drafts }: Showing): readonly string[] {
  const before = showingOf(change)
  change.put(settings, { name: SHOWING, value: { time, drafts } })
  return [
    ...(before.drafts === drafts ? [] : spotsOf(change, 'draft')),
    ...spotsOf(change, 'scheduled', drafts ? {} : { before: endOf(time) }),
    ...(drafts ? [] : spotsOf(change, 'shown', { after: endOf(time) })),
  ]
}

export function isShown({ draft, date }: Pick<Entry, 'draft' | 'date'>, site: Pick<Change, 'row'>): boolean {
  const { time, drafts } = showingOf(site)
  return drafts || (!draft && (date === null || date <= time))
}

/** When the next entry is to be shown, or null. */
export function nextDue(site: Site): string | null {
  const [next] = site.list(entries.indexes.byTime, 'scheduled', { after: endOf(showingOf(site).time), limit: 1 })
  return (next && site.row(entries, next.key)?.date) ?? null
}

function spotsOf(site: Site, group: string, range: Parameters<Site['list']>[2] = {}): readonly string[] {
  return site.list(entries.indexes.byTime, group, range).map(({ key }) => key)
}

/** Comes after the positions of all rows of this time. */
function endOf(time: string): string {
  return `${time}\u0002`
}
