import { nearMiss } from '../config/near-miss.ts'
import type { Problem } from '../protocol/types.ts'
import type { LostPath, PageProblem } from '../render/types.ts'

/** Comparing with every path of a large site takes a while, and nobody reads hundreds of hints. */
const MOST = 100

/** Gives problems their hints. `known` holds the paths there are, in an order that is always the same; each is asked once at most, and only if it is needed. */
export function withHints(
  problems: readonly PageProblem[],
  known: Readonly<Record<LostPath['among'], () => Iterable<string>>>,
): readonly Problem[] {
  const suggestions = { pages: new Suggestions(known.pages), files: new Suggestions(known.files) }
  return problems.map(({ lost = [], ...problem }) => {
    const near = first(lost, ({ path, among }) => suggestions[among].near(path))
    return near === null ? problem : { ...problem, hint: `Did you mean \`${near}\`?` }
  })
}

function first<T, U>(items: readonly T[], find: (item: T) => U | null): U | null {
  for (const item of items) {
    const found = find(item)
    if (found !== null) return found
  }
  return null
}

/** What paths that are not there were most likely meant to be. Looks at the known paths when first asked, and answers a hundred times at most. */
class Suggestions {
  readonly #known: () => Iterable<string>
  #byName: ReadonlyMap<string, readonly string[]> | null = null
  #left = MOST

  constructor(known: () => Iterable<string>) {
    this.#known = known
  }

  /** A known path whose last part is nearly the same, in the same folder if there is one; else null. */
  near(path: string): string | null {
    if (this.#left-- <= 0) return null
    this.#byName ??= Map.groupBy(this.#known(), nameOf)
    const name = nearMiss(nameOf(path), this.#byName.keys())
    const paths = name === null ? [] : (this.#byName.get(name) ?? [])
    return paths.find((candidate) => folderOf(candidate) === folderOf(path)) ?? paths[0] ?? null
  }
}

function nameOf(path: string): string {
  return parts(path).at(-1) ?? ''
}

function folderOf(path: string): string {
  return parts(path).slice(0, -1).join('/')
}

function parts(path: string): string[] {
  return path.split('/').filter((part) => part !== '')
}
