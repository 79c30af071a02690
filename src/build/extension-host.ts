import type { Host } from '../extend/types.ts'
import type { Feature } from '../features/types.ts'

/** What a site.ts meets in these features. */
export function hostOf(features: readonly Feature[]): Host {
  return {
    routes: new Set(features.flatMap(({ routes = [] }) => routes.map(({ name }) => name))),
    queries: new Set(features.flatMap(({ queries = [] }) => queries.map(({ name }) => name))),
    tables: new Set(features.flatMap(({ tables = [] }) => tables.map(({ name }) => name))),
  }
}
