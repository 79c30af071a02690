import type { Clock } from '../dispatch/types.ts'
import { asDrowseError, type DrowseError } from '../errors/drowse-error.ts'

/** A site that is open. */
export interface HouseSite {
  /** Null while it must stay open; else when it has to be opened again by itself, in milliseconds since 1970, `Infinity` if never. */
  quietUntil(): number | null
  /** Finishes what is under way. Called once. */
  close(): Promise<void>
}

interface Options<Site> {
  /** Never called for a name that is open, or still closing. */
  readonly open: (name: string) => Promise<Site>
  readonly clock: Clock
  /** How long a site is kept open after it was last used. */
  readonly keepOpenMs: number
  readonly onFault: (name: string, error: DrowseError) => void
}

/** Many sites, of which only those are open that somebody uses or whose machine holds memory. A closed one costs nothing but its alarm, if it has one. */
export interface SiteHouse<Site> {
  /** Opens the site if need be, and keeps it open until `work` is done. Rejects as `open` does. */
  use<T>(name: string, work: (site: Site) => T | Promise<T>): Promise<T>
  /** The same for one who won't come back soon: the site is closed at once afterwards, if nobody else uses it and it may be. */
  visit<T>(name: string, work: (site: Site) => T | Promise<T>): Promise<T>
  /** How many are open, and how many closed ones will be opened by themselves. */
  readonly counts: { readonly open: number; readonly alarms: number }
  /** Closes all. Nothing is opened afterwards. */
  close(): Promise<void>
}

interface Room<Site> {
  readonly site: Promise<Site>
  users: number
  lastUsedMs: number
}

/** A clock that is set forward is noticed after this time at the latest. */
const LONGEST_SLEEP_MS = 30_000
/** A site that could not be opened when it was to be is tried again after this time. */
const AGAIN_MS = 60_000

/** Two timers whatever the number of sites: one for the soonest alarm, and one that looks for sites to close while any is open. */
export function createSiteHouse<Site extends HouseSite>({ open, clock, keepOpenMs, onFault }: Options<Site>): SiteHouse<Site> {
  const rooms = new Map<string, Room<Site>>()
  const closing = new Map<string, Promise<void>>()
  const alarms = new Map<string, number>()
  let cancelAlarm: (() => void) | null = null
  let cancelSweep: (() => void) | null = null
  let isClosed = false

  function enter(name: string): Room<Site> {
    const there = rooms.get(name)
    if (there !== undefined) return there
    const site = (closing.get(name) ?? Promise.resolve()).then(() => open(name))
    const room = { site, users: 0, lastUsedMs: clock.now() }
    rooms.set(name, room)
    alarms.delete(name)
    site.catch(() => rooms.delete(name))
    cancelSweep ??= clock.after(keepOpenMs, () => void sweep())
    return room
  }

  async function use<T>(name: string, work: (site: Site) => T | Promise<T>): Promise<T> {
    if (isClosed) throw new Error('The house is closed.')
    const room = enter(name)
    room.users += 1
    try {
      return await work(await room.site)
    } finally {
      room.users -= 1
      room.lastUsedMs = clock.now()
    }
  }

  async function visit<T>(name: string, work: (site: Site) => T | Promise<T>): Promise<T> {
    try {
      return await use(name, work)
    } finally {
      const room = rooms.get(name)
      if (room !== undefined) await tryLeave(name, room)
    }
  }

  async function sweep(): Promise<void> {
    cancelSweep = null
    const unused = [...rooms].filter(([, { users, lastUsedMs }]) => users === 0 && clock.now() - lastUsedMs >= keepOpenMs)
    for (const [name, room] of unused) await tryLeave(name, room)
    if (rooms.size > 0 && !isClosed) cancelSweep ??= clock.after(keepOpenMs, () => void sweep())
  }

  async function tryLeave(name: string, room: Room<Site>): Promise<void> {
    await leave(name, room).catch((cause: unknown) => onFault(name, asDrowseError(cause)))
  }

  async function leave(name: string, room: Room<Site>): Promise<void> {
    const site = await room.site
    const until = site.quietUntil()
    // It may be another one's by now, or closed.
    if (until === null || room.users > 0 || rooms.get(name) !== room || isClosed) return
    rooms.delete(name)
    if (until !== Number.POSITIVE_INFINITY) alarms.set(name, until)
    const closed = site.close().finally(() => closing.delete(name))
    // Whoever opens it next waits for this; what went wrong is told once, below.
    closing.set(
      name,
      closed.catch(() => undefined),
    )
    armAlarm()
    await closed
  }

  function armAlarm(): void {
    cancelAlarm?.()
    cancelAlarm = null
    if (alarms.size === 0 || isClosed) return
    const next = Math.min(...alarms.values())
    cancelAlarm = clock.after(Math.min(Math.max(0, next - clock.now()), LONGEST_SLEEP_MS), ring)
  }

  function ring(): void {
    for (const [name, at] of [...alarms]) if (at <= clock.now()) void openAgain(name)
    armAlarm()
  }

  async function openAgain(name: string): Promise<void> {
    try {
      await use(name, () => undefined)
    } catch (cause) {
      alarms.set(name, clock.now() + AGAIN_MS)
      armAlarm()
      onFault(name, asDrowseError(cause))
    }
  }

  return {
    use,
    visit,
    get counts() {
      return { open: rooms.size, alarms: alarms.size }
    },
    async close() {
      isClosed = true
      cancelAlarm?.()
      cancelSweep?.()
      const sites = await Promise.allSettled([...rooms.values()].map(({ site }) => site))
      rooms.clear()
      const open = sites.flatMap((site) => (site.status === 'fulfilled' ? [site.value.close()] : []))
      await Promise.all([...open, ...closing.values()])
    },
  }
}
