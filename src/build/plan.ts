import { DrowseError } from '../errors/drowse-error.ts'
import type { Graph } from '../model/graph.ts'
import { parseReaderKey, type Queries, readerKey } from '../model/queries.ts'
import { PAGES, Recorder } from '../model/recorder.ts'
import type { Rows } from '../model/rows.ts'
import type { Touched } from '../model/types.ts'
import { foldersOf, keyFault } from '../protocol/key.ts'
import type { PageSpec, Route } from '../render/types.ts'
import { keyOf, type PageRow, type Pages } from './pages.ts'

/** What a change asks for: pages to render, and keys that it gave up. Of two plans made one after the other the later may take back what the first gave up. */
export interface Plan {
  readonly pages: ReadonlySet<string>
  readonly removed: ReadonlySet<string>
}

export const EMPTY_PLAN: Plan = { pages: new Set(), removed: new Set() }

/** Both plans, the second made after the first. Which pages are there in the end, the site tells. */
export function mergePlans(first: Plan, second: Plan): Plan {
  return { pages: new Set([...first.pages, ...second.pages]), removed: new Set([...first.removed, ...second.removed]) }
}

/** A change of the routes themselves: all units of those given up are forgotten, and those taken up are asked for all of theirs. */
export interface Renewal {
  readonly givenUp: readonly string[]
  readonly takenUp: readonly Route[]
}

const NO_RENEWAL: Renewal = { givenUp: [], takenUp: [] }

interface Unit {
  readonly route: Route
  readonly unit: string
  readonly gone: boolean
}

/**
 * From touched facts to affected pages. Readers of a fact are stale: a query is worked out again and passes on only a changed result, a unit is asked for
 * its pages again, a page is to be rendered.
 */
export class Planner {
  readonly #graph: Graph
  readonly #rows: Rows
  readonly #pages: Pages
  readonly #builtIn: readonly Route[]
  readonly #queries: Queries
  #routes: readonly Route[]
  #renewal = NO_RENEWAL
  #staleUnits = new Map<string, Unit>()
  #stalePages = new Set<string>()
  /** Nobody has read anything yet, so nobody need be looked for. */
  #isFirst = false
  /** Keys under which something is published that was not, or the other way round. */
  readonly #comeOrGone = new Set<string>()

  constructor(parts: { graph: Graph; rows: Rows; pages: Pages; routes: readonly Route[]; queries: Queries }) {
    this.#graph = parts.graph
    this.#rows = parts.rows
    this.#pages = parts.pages
    this.#builtIn = parts.routes
    this.#routes = parts.routes
    this.#queries = parts.queries
  }

  /** Plans with these routes beside its own from now on. */
  extend(routes: readonly Route[], renewal: Renewal): void {
    this.#routes = [...this.#builtIn, ...routes]
    this.#renewal = renewal
  }

  /** Readers whose reads changed; also called by the queries while they settle. */
  stale(keys: readonly string[]): void {
    for (const key of keys) {
      const [kind, name, argument] = parseReaderKey(key)
      if (kind === 'query') this.#queries.markDirty(key)
      else if (kind === 'page') this.#stalePages.add(name)
      else this.#markUnit(name, String(argument), false)
    }
  }

  /**
   * The plan of a site whose readers were all forgotten and whose rows all count as touched: every page is worked out again, and pages no route yields any more
   * are removed.
   */
  planAll(touched: readonly Touched[]): Plan {
    const { pages, removed } = this.plan(touched)
    const all = new Set(pages)
    const gone = new Set(removed)
    for (const page of this.#pages.all()) {
      if (this.#isOwned(page)) all.add(page.path)
      else {
        this.#pages.remove(page.path)
        gone.add(keyOf(page.path))
      }
    }
    return { pages: all, removed: gone }
  }

  /** The affected pages of a change. Throws `page-conflict` or `key-invalid`, after which the caller must take the change back. */
  plan(touched: readonly Touched[]): Plan {
    this.#staleUnits = new Map()
    this.#stalePages = new Set()
    this.#queries.keepAnswers()
    const rows = new Map<string, Touched & { type: 'row' }>()
    const { givenUp, takenUp } = this.#renewal
    for (const name of givenUp) for (const key of this.#graph.keysFrom(unitPrefix(name))) this.#graph.forget(key)
    this.#isFirst = this.#graph.isEmpty
    for (const fact of touched) {
      if (!this.#isFirst) this.stale(this.#graph.readersOf(fact))
      // A row may go and come back in one change: the last fact about it says whether it is there.
      if (fact.type === 'row') rows.set(`${fact.table}\n${fact.key}`, fact)
    }
    for (const { table, key, exists } of rows.values()) this.#markRow(table, key, exists)
    for (const { name, over } of takenUp)
      if (over) for (const key of this.#rows.keys(over.table, over.keyPrefix)) this.#markUnit(name, key, false)
    for (const route of this.#routes) {
      if (route.over === undefined && !this.#graph.find(readerKey('unit', route.name, ''))) this.#markUnit(route.name, '', false)
    }
    this.#queries.settle()
    const removed = this.#claimPages()
    this.#graph.sweep()
    return { pages: this.#stalePages, removed }
  }

  #markRow(table: string, key: string, exists: boolean): void {
    for (const route of this.#routes) {
      if (route.over?.table !== table || !key.startsWith(route.over.keyPrefix ?? '')) continue
      const known = !this.#isFirst && this.#graph.find(readerKey('unit', route.name, key)) !== null
      if (exists !== known) this.#markUnit(route.name, key, !exists)
    }
  }

  #markUnit(name: string, unit: string, gone: boolean): void {
    const route = this.#routes.find((candidate) => candidate.name === name)
    if (!route) return
    const key = readerKey('unit', name, unit)
    if (this.#staleUnits.get(key)?.gone) return
    this.#staleUnits.set(key, { route, unit, gone })
  }

  /** Asks the stale units for their pages; gives up paths before taking others, so that a path may change hands. Returns the removed keys. */
  #claimPages(): Set<string> {
    const claims: { unit: Unit; spec: PageSpec }[] = []
    /** By path. */
    const released = new Map<string, PageRow>()
    for (const name of this.#renewal.givenUp) for (const page of this.#pages.ofRoute(name)) released.set(page.path, page)
    for (const [key, unit] of this.#staleUnits) {
      const specs = unit.gone ? [] : this.#ask(unit, key)
      if (unit.gone) this.#graph.forget(key)
      const kept = new Set(specs.map((spec) => spec.path))
      for (const page of this.#pages.of(unit.route.name, unit.unit)) if (!kept.has(page.path)) released.set(page.path, page)
      for (const spec of specs) claims.push({ unit, spec })
    }
    const claimed = new Map<string, Unit>()
    this.#comeOrGone.clear()
    for (const { unit, spec } of claims) {
      this.#claim(unit, spec, released, claimed)
      claimed.set(keyOf(spec.path), unit)
    }
    const removed = new Set<string>()
    for (const path of released.keys()) {
      if (claimed.has(keyOf(path))) continue
      this.#drop(path)
      removed.add(keyOf(path))
    }
    if (!this.#isFirst) for (const key of this.#comeOrGone) this.stale(this.#graph.readersOfRow(PAGES, key))
    return removed
  }

  /** Not so for a page of a route that this engine does not have any more. */
  #isOwned({ route, unit }: PageRow): boolean {
    return this.#graph.find(readerKey('unit', route, unit)) !== null
  }

  #drop(path: string): void {
    this.#pages.remove(path)
    this.#comeOrGone.add(keyOf(path))
    this.#stalePages.delete(path)
    this.#graph.forget(readerKey('page', path, null))
  }

  #ask({ route, unit }: Unit, key: string): readonly PageSpec[] {
    const recorder = new Recorder(this.#rows, (query, argument) => this.#queries.answer(query, argument))
    const specs = route.pages(recorder, unit)
    this.#graph.record(key, recorder.reads)
    return specs
  }

  /** Two paths may come to one key (`/a/` and `/a/index.html`), so it is the key that is claimed. */
  #claim(
    { route, unit }: Unit,
    spec: PageSpec,
    released: ReadonlyMap<string, PageRow>,
    claimed: ReadonlyMap<string, Unit>,
  ): void {
    const key = keyOf(spec.path)
    const there = this.#pages.byKey(key)
    const mine = there?.route === route.name && there.unit === unit && there.path === spec.path
    const first = claimed.get(key)
    if (first) throw conflict(spec.path, { route: route.name, unit }, { route: first.route.name, unit: first.unit })
    if (there && !mine && !released.has(there.path) && this.#isOwned(there))
      throw conflict(spec.path, { route: route.name, unit }, there)
    if (mine && JSON.stringify(there.argument) === JSON.stringify(spec.argument)) return
    if (!mine) {
      checkKey(key, { route: route.name, unit })
      const rival = this.#rival(key, released, claimed)
      if (rival) throw blocked({ path: spec.path, route: route.name, unit }, rival)
    }
    if (there && there.path !== spec.path) this.#drop(there.path)
    if (!there) this.#comeOrGone.add(key)
    this.#pages.claim({ path: spec.path, route: route.name, unit, argument: spec.argument })
    this.#stalePages.add(spec.path)
  }

  /** A page that stays and is a file where this key needs a folder, or the other way round. */
  #rival(key: string, released: ReadonlyMap<string, PageRow>, claimed: ReadonlyMap<string, Unit>): PageRow | null {
    const stays = (page: PageRow) => claimed.has(keyOf(page.path)) || (!released.has(page.path) && this.#isOwned(page))
    for (const folder of foldersOf(key)) {
      const page = this.#pages.byKey(folder)
      if (page && stays(page)) return page
    }
    for (const page of this.#pages.below(key)) if (stays(page)) return page
    return null
  }
}

/** What the keys of a route's units begin with. */
function unitPrefix(route: string): string {
  return `${readerKey('unit', route, null).slice(0, -'null]'.length)}`
}

interface Owner {
  readonly route: string
  readonly unit: string
}

function nameOf({ route, unit }: Owner): string {
  return unit === '' ? `the route “${route}”` : `“${unit}” (${route})`
}

function checkKey(key: string, owner: Owner): void {
  const fault = keyFault(key)
  if (fault === null) return
  throw new DrowseError(
    'key-invalid',
    `${JSON.stringify(key)}, where ${nameOf(owner)} would be published, is no possible name: ${fault}.`,
    {
      hint: 'Rename the entry or file.',
      details: { key, owners: [owner] },
    },
  )
}

function conflict(path: string, first: Owner, second: Owner): DrowseError {
  const owners = [first, second].map(nameOf).sort()
  return new DrowseError('page-conflict', `Two pages would be published at ${path}: ${owners.join(' and ')}.`, {
    hint: 'Give one of them another slug or file name.',
    details: { path, owners: [first, second] },
  })
}

function blocked(first: Owner & { readonly path: string }, second: Owner & { readonly path: string }): DrowseError {
  const [file, inside] = first.path.length < second.path.length ? [first, second] : [second, first]
  return new DrowseError(
    'page-conflict',
    `The file ${file.path} of ${nameOf(file)} stands where ${inside.path} of ${nameOf(inside)} needs a folder.`,
    { hint: 'Give one of them another slug or file name.', details: { path: file.path, owners: [first, second] } },
  )
}
