import { nearMiss } from '../config/near-miss.ts'
import type { Body, BodyCache } from '../content/types.ts'
import { DrowseError } from '../errors/drowse-error.ts'
import type { Queries } from '../model/queries.ts'
import { Recorder } from '../model/recorder.ts'
import type { Rows } from '../model/rows.ts'
import { EXTENSION_SHORTCODES, templates } from '../model/site-tables.ts'
import type { ObjectInfo } from '../protocol/types.ts'
import type { LoadedTheme } from '../render/theme/load.ts'
import { SHORTCODES } from '../render/theme/types.ts'
import type { PageContext, PageProblem, Route } from '../render/types.ts'
import { toObject } from './objects.ts'
import { keyOf, type PageRow, type Pages } from './pages.ts'

/** What rendering needs from outside the model. */
export interface RenderParts {
  readonly theme: LoadedTheme
  readonly bodies: Pick<BodyCache, 'get'>
  blob(hash: string): Uint8Array
}

export interface Rendering {
  readonly object: ObjectInfo
  readonly bytes: Uint8Array
}

/** So much is told of one page: who has more to mend begins with these. */
const MOST_TOLD = 1_000

/** Renders pages of a site that stands still, and notes what each read. */
export class PageRenderer {
  readonly #rows: Rows
  readonly #queries: Pick<Queries, 'answer'>
  readonly #pages: Pick<Pages, 'has'>
  readonly #builtIn: readonly Route[]
  #routes: ReadonlyMap<string, Route> = new Map()

  constructor(site: { rows: Rows; queries: Pick<Queries, 'answer'>; pages: Pick<Pages, 'has'>; routes: readonly Route[] }) {
    this.#rows = site.rows
    this.#queries = site.queries
    this.#pages = site.pages
    this.#builtIn = site.routes
    this.extend([])
  }

  /** Knows these routes beside its own, and no others. */
  extend(routes: readonly Route[]): void {
    this.#routes = new Map([...this.#builtIn, ...routes].map((route) => [route.name, route]))
  }

  /** Takes what one page reads. */
  recorder(): Recorder {
    return new Recorder(this.#rows, (query, argument) => this.#queries.answer(query, argument))
  }

  /** Same site, same bytes. `report` is told what is wrong with what the page shows. */
  async render(
    page: PageRow,
    recorder: Recorder,
    parts: RenderParts,
    report: (problem: PageProblem) => void,
  ): Promise<Rendering> {
    const route = this.#routes.get(page.route)
    if (!route) throw new DrowseError('internal', `No feature has the route ${page.route}.`)
    let told = 0
    const reportSome = (problem: PageProblem) => {
      if (++told <= MOST_TOLD) report(problem)
    }
    const rendered = await route.render(this.#context(page.path, recorder, parts, reportSome), page.argument)
    if (told > MOST_TOLD) report(more(page, told - MOST_TOLD))
    return toObject(page.path, rendered)
  }

  /** What a page looks at. Its template adds a read of the template's own row, so that a changed component finds its pages. */
  #context(path: string, recorder: Recorder, parts: RenderParts, report: (problem: PageProblem) => void): PageContext {
    return {
      path,
      row: (table, key) => recorder.row(table, key),
      list: (index, group, range) => recorder.list(index, group, range),
      rows: (table, index, group, range) => recorder.rows(table, index, group, range),
      count: (index, group, atMost) => recorder.count(index, group, atMost),
      query: (query, argument) => recorder.query(query, argument),
      template(name, props) {
        recorder.row(templates, name)
        return parts.theme.render(name, props)
      },
      shortcode(name, props) {
        recorder.row(templates, SHORTCODES)
        recorder.row(templates, EXTENSION_SHORTCODES)
        if (parts.theme.shortcodes.includes(name)) return { html: parts.theme.shortcode(name, props) }
        return { html: null, near: nearMiss(name, parts.theme.shortcodes) }
      },
      body(bodyHash): Body {
        const body = parts.bodies.get(bodyHash)
        if (!body) throw new DrowseError('internal', `The body ${bodyHash} of ${path} is not in the cache.`)
        return body
      },
      // Servers send readers of a folder's name on to the folder's page.
      hasPage: (wanted) =>
        this.#hasKey(keyOf(wanted), recorder) || (!wanted.endsWith('/') && this.#hasKey(keyOf(`${wanted}/`), recorder)),
      report,
      blob: (hashOf) => parts.blob(hashOf),
    }
  }

  #hasKey(key: string, recorder: Recorder): boolean {
    recorder.page(key)
    return this.#pages.has(key)
  }
}

function more({ path }: PageRow, count: number): PageProblem {
  const message = `${count} more like these are on this page.`
  return { where: path, rule: 'render/more', message, severity: 'warning' }
}
