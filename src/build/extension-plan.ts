import { DrowseError } from '../errors/drowse-error.ts'
import type { Database } from '../model/database.ts'
import { EXTENSION_FILE } from '../model/site-tables.ts'
import type { Problem } from '../protocol/types.ts'
import type { Route } from '../render/types.ts'
import type { Plan, Planner, Renewal } from './plan.ts'

type Known = ReadonlyMap<string, Problem | null>

/**
 * Plans with the routes of a site's site.ts. One that does not go together with the rest of the site, say for a page where another is, is left out with all its
 * pages, and tried again with every change. Which ones these are follows from the site alone: they are taken up one after the other, in their order.
 */
export class ExtensionPlan {
  readonly #database: Database
  readonly #planner: Planner

  constructor(database: Database, planner: Planner) {
    this.#database = database
    this.#planner = planner
    database.exec('CREATE TABLE IF NOT EXISTS extension_routes (route TEXT NOT NULL, problem TEXT)')
  }

  /** Why routes are left out. */
  get problems(): readonly Problem[] {
    return [...this.#known().values()].filter((problem) => problem !== null)
  }

  /** Runs `work`, which plans. `hasChanged` says whether the routes are other ones than last time, or that all is worked out anew. */
  plan(routes: readonly Route[], hasChanged: () => boolean, work: () => Plan): Plan {
    const known = this.#known()
    if (routes.length === 0 && known.size === 0) return this.#attempt([], { givenUp: [], takenUp: [] }, work)
    const isNew = hasChanged()
    const inUse = [...known].filter(([, problem]) => problem === null).map(([name]) => name)
    const takenUp = isNew ? routes : routes.filter(({ name }) => !inUse.includes(name))
    const givenUp = isNew ? inUse : inUse.filter((used) => !routes.some(({ name }) => name === used))
    try {
      const plan = this.#database.transactionSync(() => this.#attempt(routes, { givenUp, takenUp }, work))
      if (takenUp.length + givenUp.length > 0) this.#note(new Map(routes.map(({ name }) => [name, null])))
      return plan
    } catch (error) {
      if (!isOf(error, routes)) throw error
      return this.#oneByOne(routes, inUse, work)
    }
  }

  #oneByOne(routes: readonly Route[], givenUp: readonly string[], work: () => Plan): Plan {
    const good: Route[] = []
    const outcome = new Map<string, Problem | null>()
    for (const route of routes) {
      const tried = [...good, route]
      const problem = this.#problemWith(tried, { givenUp, takenUp: tried }, work)
      outcome.set(route.name, problem)
      if (problem === null) good.push(route)
    }
    const plan = this.#database.transactionSync(() => this.#attempt(good, { givenUp, takenUp: good }, work))
    this.#note(outcome)
    return plan
  }

  /** Plans and takes it back. */
  #problemWith(routes: readonly Route[], renewal: Renewal, work: () => Plan): Problem | null {
    try {
      this.#database.transactionSync(() => {
        this.#attempt(routes, renewal, work)
        throw new TakenBack()
      })
    } catch (error) {
      if (error instanceof TakenBack) return null
      if (!isOf(error, routes)) throw error
      return problemOf(error, routes.at(-1)?.name ?? '')
    }
    return null
  }

  #attempt(routes: readonly Route[], renewal: Renewal, work: () => Plan): Plan {
    this.#planner.extend(routes, renewal)
    return work()
  }

  #known(): Known {
    const rows = this.#database.all('SELECT route, problem FROM extension_routes ORDER BY rowid')
    // Written by `#note` alone.
    return new Map(
      rows.map(({ route, problem }) => [String(route), problem === null ? null : (JSON.parse(String(problem)) as Problem)]),
    )
  }

  #note(routes: Known): void {
    this.#database.run('DELETE FROM extension_routes')
    for (const [route, problem] of routes)
      this.#database.run(
        'INSERT INTO extension_routes (route, problem) VALUES (?, ?)',
        route,
        problem === null ? null : JSON.stringify(problem),
      )
  }
}

class TakenBack extends Error {}

/** Whether one of these routes is to blame, or one of two that are. */
function isOf(error: unknown, routes: readonly Route[]): error is DrowseError {
  const owners = error instanceof DrowseError ? error.details.owners : undefined
  return Array.isArray(owners) && owners.some((owner: { route?: unknown }) => routes.some(({ name }) => name === owner.route))
}

function problemOf({ code, message, hint, details }: DrowseError, route: string): Problem {
  const [told] = Array.isArray(details.problems) ? (details.problems as readonly Problem[]) : []
  return {
    ...(told ?? { where: EXTENSION_FILE }),
    rule: `site-ts/${code === 'extension-invalid' ? 'route-failed' : code}`,
    message: `The route “${route}” is left out: ${told?.message ?? message}`,
    ...(hint === undefined ? {} : { hint }),
    severity: 'error',
  }
}
