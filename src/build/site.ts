import { type LoadedExtension, NO_EXTENSION } from '../extend/types.ts'
import { extensionBundle } from '../features/site/extension-files.ts'
import type { Feature } from '../features/types.ts'
import { type Database, isDatabaseFault } from '../model/database.ts'
import { Graph, type Reads } from '../model/graph.ts'
import { Queries, readerKey } from '../model/queries.ts'
import type { Recorder } from '../model/recorder.ts'
import { Rows } from '../model/rows.ts'
import { EXTENSION_FILE, sources, templates } from '../model/site-tables.ts'
import type { Change } from '../model/types.ts'
import type { ObjectInfo, Problem } from '../protocol/types.ts'
import type { PageProblem } from '../render/types.ts'
import { ExtensionPlan } from './extension-plan.ts'
import { isSame, problemOf } from './objects.ts'
import { PageProblems } from './page-problems.ts'
import { PageRenderer, type Rendering, type RenderParts } from './page-renderer.ts'
import { type PageRow, Pages } from './pages.ts'
import { type Plan, Planner } from './plan.ts'
import type { RenderedPages } from './render-thread.ts'
import { withHints } from './suggestions.ts'

/** After so many answers of threads, what they read is indexed. */
const INDEX_EVERY = 80

/** No engine's name. */
const UNFINISHED = ''

interface Outcome {
  /** Null for a page that could not be rendered. */
  readonly rendering: Rendering | null
  readonly problems: readonly PageProblem[]
}

/** Takes each object that changed, as soon as it is rendered. */
export type Sink = (object: ObjectInfo, bytes: Uint8Array) => void | Promise<void>

export interface RenderSummary {
  /** Pages whose render function ran. */
  readonly rendered: number
  /** Objects that differ from their last version. */
  readonly changed: number
  /** What keeps pages from being rendered, and what else is wrong with these and was not known yet. */
  readonly problems: readonly Problem[]
}

/**
 * A site's model with its routes: changes go in, plans of affected pages come out, and plans are rendered. All of it belongs inside one transaction of
 * `database`, opened by the caller: then the data, who read what, and the pages' hashes are always of one moment.
 */
export class Site {
  readonly database: Database
  readonly pages: Pages
  readonly pageProblems: PageProblems
  readonly #rows: Rows
  readonly #graph: Graph
  readonly #queries: Queries
  readonly #planner: Planner
  readonly #renderer: PageRenderer
  readonly #extensionPlan: ExtensionPlan
  readonly #engine: string
  #extension: Pick<LoadedExtension, 'hash' | 'routes' | 'queries'> = NO_EXTENSION
  #engineMet = false
  #isPutOff = false
  #adopted = 0

  /** `engine` names the code that renders; with another one than last time every page is worked out again. */
  constructor(database: Database, features: readonly Feature[], engine: string) {
    const routes = features.flatMap((feature) => feature.routes ?? [])
    const tables = features.flatMap((feature) => feature.tables ?? [])
    this.database = database
    this.#rows = new Rows(database, tables)
    this.#graph = new Graph(database, (key) => this.#queries.forget(key))
    this.pages = new Pages(database)
    this.pageProblems = new PageProblems(database)
    const queries = features.flatMap((feature) => feature.queries ?? [])
    this.#queries = new Queries(this.#graph, this.#rows, queries, (keys) => this.#planner.stale(keys))
    this.#planner = new Planner({ graph: this.#graph, rows: this.#rows, pages: this.pages, routes, queries: this.#queries })
    this.#renderer = new PageRenderer({ rows: this.#rows, queries: this.#queries, pages: this.pages, routes })
    this.#extensionPlan = new ExtensionPlan(database, this.#planner)
    this.#engine = engine
    database.onRollback(() => this.#forgetUncommitted())
  }

  /** Whether the next change is the first with another engine than last time, which may also read the site's files otherwise. */
  get hasNewEngine(): boolean {
    const known = this.#engineMet ? this.#engine : this.#knownEngine()
    return known !== undefined && known !== this.#engine
  }

  /** What is wrong with what its pages show, and with the routes of its site.ts. */
  get problems(): readonly Problem[] {
    return [...this.#extensionPlan.problems, ...this.#told(this.pageProblems.all)]
  }

  /** Why routes of its site.ts are left out. */
  get extensionProblems(): readonly Problem[] {
    return this.#extensionPlan.problems
  }

  /** Has these routes and queries beside its own from now on. To be called before the change that takes their site.ts in use. */
  extend(extension: Pick<LoadedExtension, 'hash' | 'routes' | 'queries'>): void {
    this.#extension = extension
    this.#renderer.extend(extension.routes)
    this.#queries.extend(extension.queries)
  }

  /** What it was extended by. */
  get extension(): Pick<LoadedExtension, 'hash' | 'routes' | 'queries'> {
    return this.#extension
  }

  /** The site as it stands, unrecorded. */
  get read(): Omit<Change, 'put' | 'remove'> {
    return this.#rows
  }

  /**
   * Runs `work` and plans what it affects. If it throws, or if two pages would come to one path (`page-conflict`), everything it did is taken back; so it is,
   * with an ExtensionMissing, if the site then has a site.ts that it was not extended by.
   */
  change<T>(work: (change: Change) => T): { readonly result: T; readonly plan: Plan } {
    const outcome = this.database.transactionSync(() => {
      const anew = this.#meetsNewEngine()
      if (anew) {
        this.#graph.clear()
        this.#queries.forgetAnswers()
      }
      if (this.#graph.isEmpty) {
        this.#graph.indexLater()
        this.#rows.leavePlaces()
      }
      const result = work(this.#rows)
      if (anew) this.#rows.reindex()
      const touched = this.#rows.takeTouched()
      const wanted = extensionBundle(this.#rows)
      if (wanted !== this.#extension.hash) throw new ExtensionMissing(wanted)
      const isNew = () => anew || touched.some((fact) => fact.type === 'row' && isExtension(fact))
      const planned = () => (anew ? this.#planner.planAll(touched) : this.#planner.plan(touched))
      const plan = this.#extensionPlan.plan(this.#extension.routes, isNew, planned)
      this.#graph.index()
      return { result, plan }
    })
    this.#engineMet = !this.#isPutOff
    return outcome
  }

  /** Runs `work`, whose changes leave the new engine to be met by a later one: for a site that can't be worked out again until something in it is mended. */
  async putOffNewEngine<T>(work: () => Promise<T>): Promise<T> {
    this.#isPutOff = true
    try {
      return await work()
    } finally {
      this.#isPutOff = false
    }
  }

  /**
   * Commits the model with a plan that is yet to be rendered, so that threads can see it. Until `finishCommitted`, whoever opens the database takes it for
   * another engine's, and works everything out again: nothing tells any more what this plan had left to do.
   */
  commitUnrendered(): void {
    this.#noteEngine(UNFINISHED)
    // Threads work them out for themselves.
    this.#queries.forgetAnswers()
    this.#graph.indexLater()
    this.database.commitSoFar()
  }

  finishCommitted(): void {
    this.#graph.index()
    this.#graph.sweep()
    this.#noteEngine(this.#engine)
  }

  /** Takes in what a thread rendered. `ids` are the graph's by the thread's own, and go with the thread. Returns the objects that changed. */
  adopt({ queries, pages }: RenderedPages, ids: Map<number, number>): readonly ObjectInfo[] {
    // While threads render, rather than all of it when they are done.
    if (++this.#adopted % INDEX_EVERY === 0) this.#graph.index({ more: true })
    const inGraph = (reads: Reads): Reads => ({ ...reads, queries: reads.queries.map((id) => ids.get(id) ?? 0) })
    for (const { id, key, hash, reads } of queries)
      ids.set(id, this.#graph.find(key)?.id ?? this.#graph.record(key, inGraph(reads), hash))
    return pages.flatMap(({ path, object, isNews, problems, reads }) => {
      this.#graph.record(readerKey('page', path, null), inGraph(reads))
      this.pageProblems.note(path, problems, { failed: object === null })
      if (object === null || !isNews) return []
      this.pages.setObject(object)
      return [object]
    })
  }

  /** Forgets what the pages of these keys were last rendered to, so that their next rendering counts as a change. Returns the pages as they were, by key. */
  forgetVersions(keys: Iterable<string>): ReadonlyMap<string, PageRow> {
    const versions = new Map<string, PageRow>()
    for (const key of keys) {
      const page = this.pages.byKey(key)
      if (!page?.object) continue
      versions.set(key, page)
      this.pages.forgetObject(page.path)
    }
    return versions
  }

  /** Renders a plan's pages. One that throws keeps its last version and becomes a problem; a fault of the database or the sink is thrown. */
  async render(plan: Plan, parts: RenderParts, sink: Sink): Promise<RenderSummary> {
    const problems: PageProblem[] = []
    let rendered = 0
    let changed = 0
    for (const path of plan.pages) {
      const page = this.pages.get(path)
      if (!page) continue
      rendered++
      const outcome = await this.#tryPage(page, parts)
      const failed = outcome.rendering === null
      if (this.pageProblems.note(path, outcome.problems, { failed }) || failed) problems.push(...outcome.problems)
      if (outcome.rendering === null) continue
      const { object, bytes } = outcome.rendering
      if (isSame(object, page.object)) continue
      this.pages.setObject(object)
      changed++
      await sink(object, bytes)
    }
    return { rendered, changed, problems: this.#told(problems) }
  }

  /** Renders one page and records what it read. Same site, same bytes. `report` is told what is wrong with what it shows. */
  async renderPage(page: PageRow, parts: RenderParts, report: (problem: PageProblem) => void = () => {}): Promise<Rendering> {
    const recorder = this.#renderer.recorder()
    try {
      const rendering = await this.#renderer.render(page, recorder, parts, report)
      this.#record(page, recorder)
      return rendering
    } catch (error) {
      // A page that can't be rendered is tried again when something it read has changed.
      if (!isDatabaseFault(error)) this.#record(page, recorder)
      throw error
    }
  }

  #record(page: PageRow, recorder: Recorder): void {
    this.#graph.record(readerKey('page', page.path, null), recorder.reads)
    this.#graph.sweep()
  }

  async #tryPage(page: PageRow, parts: RenderParts): Promise<Outcome> {
    const problems: PageProblem[] = []
    try {
      return { rendering: await this.renderPage(page, parts, (problem) => problems.push(problem)), problems }
    } catch (error) {
      if (isDatabaseFault(error)) throw error
      return { rendering: null, problems: [...problems, problemOf(page, error)] }
    }
  }

  #told(problems: readonly PageProblem[]): readonly Problem[] {
    return withHints(problems, {
      pages: () => this.pages.paths(),
      files: () => this.#rows.list(sources.indexes.all, '').map(({ key }) => key),
    })
  }

  #forgetUncommitted(): void {
    this.#engineMet = false
    this.#rows.takeTouched()
    this.#queries.forgetAnswers()
    this.#graph.forgetUncommitted()
  }

  /** True the first time another engine meets this database: the caller's transaction decides whether it stays so. */
  #meetsNewEngine(): boolean {
    if (this.#engineMet || this.#isPutOff) return false
    const known = this.#knownEngine()
    if (known === this.#engine) return false
    this.#noteEngine(this.#engine)
    return known !== undefined
  }

  #noteEngine(name: string): void {
    this.database.run('DELETE FROM engine')
    this.database.run('INSERT INTO engine (name) VALUES (?)', name)
  }

  #knownEngine(): unknown {
    this.database.exec('CREATE TABLE IF NOT EXISTS engine (name TEXT NOT NULL)')
    return this.database.get('SELECT name FROM engine')?.name
  }
}

/** The site's data has a site.ts of this hash, or none, and the site was extended by another. */
export class ExtensionMissing extends Error {
  readonly hash: string | null

  constructor(hash: string | null) {
    super(`The site.ts ${hash ?? '(none)'} is to be loaded first.`)
    this.hash = hash
  }
}

function isExtension({ table, key }: { readonly table: string; readonly key: string }): boolean {
  return table === templates.name && key === EXTENSION_FILE
}
