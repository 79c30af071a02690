import { DrowseError } from '../errors/drowse-error.ts'
import type { Graph } from '../model/graph.ts'
import { parseReaderKey, type Queries, readerKey } from '../model/queries.ts'
import { Recorder } from '../model/recorder.ts'
import type { Rows } from '../model/rows.ts'
import type { Touched } from '../model/types.ts'
import type { PageSpec, Route } from '../render/types.ts'
import { keyOf, type PageRow, type Pages } from './pages.ts'

/** What a change asks for: pages to render, and keys that are no longer part of the site. */
export interface Plan {
  readonly pages: ReadonlySet<string>
  readonly removed: ReadonlySet<string>
}

export const EMPTY_PLAN: Plan = { pages: new Set(), removed: new Set() }

/** Both plans, the second made after the first. A path that came back is rendered, not removed. */
export function mergePlans(first: Plan, second: Plan, exists: (key: string) => boolean): Plan {
  const removed = new Set([...first.removed, ...second.removed])
  for (const key of removed) if (exists(key)) removed.delete(key)
  return { pages: new Set([...first.pages, ...second.pages]), removed }
}

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
  readonly #routes: readonly Route[]
  readonly #queries: Queries
  #staleUnits = new Map<string, Unit>()
  #stalePages = new Set<string>()

  constructor(parts: { graph: Graph; rows: Rows; pages: Pages; routes: readonly Route[]; queries: Queries }) {
    this.#graph = parts.graph
    this.#rows = parts.rows
    this.#pages = parts.pages
    this.#routes = parts.routes
    this.#queries = parts.queries
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
      if (this.#graph.find(readerKey('unit', page.route, page.unit))) all.add(page.path)
      else {
        this.#pages.remove(page.path)
        if (page.object) gone.add(page.object.key)
      }
    }
    return { pages: all, removed: gone }
  }

  /** The affected pages of a change. Throws `page-conflict`, after which the caller must take the change back. */
  plan(touched: readonly Touched[]): Plan {
    this.#staleUnits = new Map()
    this.#stalePages = new Set()
    this.#queries.forgetAnswers()
    for (const fact of touched) {
      this.stale(this.#graph.readersOf(fact))
      if (fact.type === 'row') this.#markRow(fact.table, fact.key, fact.exists)
    }
    for (const route of this.#routes) {
      if (route.over === undefined && !this.#graph.find(readerKey('unit', route.name, ''))) this.#markUnit(route.name, '', false)
    }
    this.#queries.settle()
    const removed = this.#claimPages()
    return { pages: this.#stalePages, removed }
  }

  #markRow(table: string, key: string, exists: boolean): void {
    for (const route of this.#routes) {
      if (route.over?.table !== table || !key.startsWith(route.over.keyPrefix ?? '')) continue
      const known = this.#graph.find(readerKey('unit', route.name, key)) !== null
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
    const released = new Map<string, PageRow>()
    for (const [key, unit] of this.#staleUnits) {
      const specs = unit.gone ? [] : this.#ask(unit, key)
      if (unit.gone) this.#graph.forget(key)
      const kept = new Set(specs.map((spec) => spec.path))
      for (const page of this.#pages.of(unit.route.name, unit.unit)) if (!kept.has(page.path)) released.set(page.path, page)
      for (const spec of specs) claims.push({ unit, spec })
    }
    const claimed = new Map<string, Unit>()
    for (const { unit, spec } of claims) {
      this.#claim(unit, spec, released.has(spec.path), claimed)
      claimed.set(spec.path, unit)
    }
    const removed = new Set<string>()
    for (const [path, page] of released) {
      if (claimed.has(path)) continue
      this.#pages.remove(path)
      this.#stalePages.delete(path)
      this.#graph.forget(readerKey('page', path, null))
      if (page.object) removed.add(page.object.key)
    }
    return removed
  }

  #ask({ route, unit }: Unit, key: string): readonly PageSpec[] {
    const recorder = new Recorder(this.#rows, (query, argument) => this.#queries.answer(query, argument))
    const specs = route.pages(recorder, unit)
    const reader = this.#graph.reader(key)
    this.#graph.record(reader.id, recorder.reads, reader.fresh)
    return specs
  }

  #claim({ route, unit }: Unit, spec: PageSpec, released: boolean, claimed: ReadonlyMap<string, Unit>): void {
    const there = this.#pages.byKey(keyOf(spec.path))
    if (there && there.path !== spec.path) throw conflict(spec.path, { route: route.name, unit }, there)
    const mine = there?.route === route.name && there.unit === unit
    const rival =
      claimed.get(spec.path) ?? (there && !mine && !released ? { route: { name: there.route }, unit: there.unit } : null)
    if (rival) throw conflict(spec.path, { route: route.name, unit }, { route: rival.route.name, unit: rival.unit })
    if (mine && JSON.stringify(there.argument) === JSON.stringify(spec.argument)) return
    this.#pages.claim({ path: spec.path, route: route.name, unit, argument: spec.argument })
    this.#stalePages.add(spec.path)
  }
}

interface Owner {
  readonly route: string
  readonly unit: string
}

function conflict(path: string, first: Owner, second: Owner): DrowseError {
  const owners = [first, second].map(({ route, unit }) => (unit === '' ? `the route “${route}”` : `“${unit}” (${route})`)).sort()
  return new DrowseError('page-conflict', `Two pages would be published at ${path}: ${owners.join(' and ')}.`, {
    hint: 'Give one of them another slug or file name.',
    details: { path, owners: [first, second] },
  })
}
