import { DrowseError } from '../errors/drowse-error.ts'
import { type CompiledExtension, type LoadedExtension, NO_EXTENSION } from '../extend/types.ts'
import { FEATURES } from '../features/registry.ts'
import { keptBodies } from '../model/content-cache.ts'
import { Database, isDatabaseFault } from '../model/database.ts'
import type { Reads } from '../model/graph.ts'
import { Queries } from '../model/queries.ts'
import { type QueryNote, ReadNotes } from '../model/read-notes.ts'
import type { Recorder } from '../model/recorder.ts'
import { Rows } from '../model/rows.ts'
import type { ObjectInfo } from '../protocol/types.ts'
import { type LoadedTheme, loadTheme, withShortcodes } from '../render/theme/load.ts'
import type { PageProblem } from '../render/types.ts'
import { hostOf } from './extension-host.ts'
import { isSame, problemOf } from './objects.ts'
import { openOutDir } from './out-dir.ts'
import { PageRenderer, type Rendering, type RenderParts } from './page-renderer.ts'
import { type PageRow, Pages } from './pages.ts'

/** A site whose pages are to be rendered. Its model stands still meanwhile. */
export interface SiteToRender {
  readonly databaseFile: string
  readonly outDir: string
  /** The source of the compiled theme. */
  readonly theme: string
  /** The compiled site.ts, where there is one. */
  readonly extension: Pick<CompiledExtension, 'source' | 'hash'> | null
}

export interface PagesToRender {
  readonly paths: readonly string[]
}

export interface RenderedPage {
  readonly path: string
  /** Null for a page that could not be rendered. */
  readonly object: ObjectInfo | null
  /** Whether it differs from its last version. */
  readonly isNews: boolean
  readonly problems: readonly PageProblem[]
  /** Queries by their number among the thread's. */
  readonly reads: Reads
}

/** What came of some pages. The files of those that changed are written. */
export interface RenderedPages {
  readonly queries: readonly QueryNote[]
  readonly pages: readonly RenderedPage[]
  /** Pages that show a file's bytes, which only the main thread has. */
  readonly left: readonly string[]
}

/** Answers to queries are kept for so many pages, so that a thread of a large site needs no more memory than one of a small site. */
const REMEMBERED = 1_000

/** A page that a thread can't render. */
class Left extends Error {}

/** One thread's part in rendering a site. */
export class RenderThread {
  readonly #database: Database
  readonly #pages: Pages
  readonly #notes = new ReadNotes()
  readonly #queries: Queries
  #rendered = 0
  readonly #renderer: PageRenderer
  readonly #parts: RenderParts
  readonly #out

  private constructor(database: Database, outDir: string, theme: LoadedTheme, extension: LoadedExtension) {
    this.#database = database
    this.#pages = new Pages(database)
    const rows = new Rows(database, [])
    const own = FEATURES.flatMap((feature) => feature.queries ?? [])
    this.#queries = new Queries(this.#notes, rows, [...own, ...extension.queries], () => {})
    const queries = this.#queries
    const routes = [...FEATURES.flatMap((feature) => feature.routes ?? []), ...extension.routes]
    this.#renderer = new PageRenderer({ rows, queries, pages: remembered(this.#pages), routes })
    const blob = () => {
      throw new Left()
    }
    this.#parts = { theme: withShortcodes(theme, extension.shortcodes), bodies: keptBodies(database), blob }
    this.#out = openOutDir(outDir)
  }

  static async open({ databaseFile, outDir, theme, extension }: SiteToRender): Promise<RenderThread> {
    // What may fail comes first: nobody would close the database.
    const [itsTheme, itsExtension] = [await loadTheme(theme), await loaded(extension)]
    const database = new Database(databaseFile, { durable: false, readOnly: true })
    // One transaction for all that is read: to look for each row whether the file has changed takes longer than to find it.
    database.exec('BEGIN')
    return new RenderThread(database, outDir, itsTheme, itsExtension)
  }

  /** Renders pages and writes what changed. Throws what the disk and the database say. */
  async render({ paths }: PagesToRender): Promise<RenderedPages> {
    if (this.#rendered >= REMEMBERED) {
      this.#queries.forgetAnswers()
      this.#rendered = 0
    }
    this.#rendered += paths.length
    const pages: RenderedPage[] = []
    const left: string[] = []
    for (const path of paths) {
      const page = this.#pages.get(path)
      if (!page) throw new DrowseError('internal', `A thread does not find the page ${path}.`)
      const rendered = await this.#render(page)
      if (rendered === null) left.push(path)
      else pages.push(rendered)
    }
    return { queries: this.#notes.take(), pages, left }
  }

  close(): void {
    this.#database.close()
  }

  /** Null for a page to be left to the main thread. */
  async #render(page: PageRow): Promise<RenderedPage | null> {
    const { path } = page
    const problems: PageProblem[] = []
    const recorder = this.#renderer.recorder()
    const rendering = await this.#tryPage(page, recorder, problems)
    if (rendering === 'left') return null
    const isNews = rendering !== null && !isSame(rendering.object, page.object)
    if (isNews) this.#out.write(rendering.object, rendering.bytes)
    return { path, object: rendering?.object ?? null, isNews, problems, reads: recorder.reads }
  }

  /** Null for a page that could not be rendered, which is the last of its problems then. */
  async #tryPage(page: PageRow, recorder: Recorder, problems: PageProblem[]): Promise<Rendering | null | 'left'> {
    try {
      return await this.#renderer.render(page, recorder, this.#parts, (problem) => problems.push(problem))
    } catch (error) {
      if (error instanceof Left) return 'left'
      if (isDatabaseFault(error)) throw error
      problems.push(problemOf(page, error))
      return null
    }
  }
}

async function loaded(extension: SiteToRender['extension']): Promise<LoadedExtension> {
  if (extension === null) return NO_EXTENSION
  const { loadExtension } = await import('../extend/load.ts')
  return loadExtension(extension, { host: hostOf(FEATURES) })
}

/** Which pages there are does not change while threads render. */
function remembered(pages: Pages): Pick<Pages, 'has'> {
  const known = new Map<string, boolean>()
  return {
    has(key) {
      const before = known.get(key)
      if (before !== undefined) return before
      const isThere = pages.has(key)
      known.set(key, isThere)
      return isThere
    },
  }
}
