import { slugify } from '../content/slug.ts'
import type { OldText } from './types.ts'

/** Where posts are published by a pattern of site.yaml’s `permalinks`, such as `/:year/:month/:slug/`; by none, at `/posts/:slug/`. */
export function fillPattern(pattern: string | null, slug: string, date: string | null): string {
  const [year = '', month = '', day = ''] = date?.slice(0, 10).split('-') ?? []
  const parts: Readonly<Record<string, string>> = { year, month, day, slug, title: slug }
  return (pattern ?? '/posts/:slug/').replace(/:(year|month|day|slug|title)/g, (_, name: string) => parts[name] ?? '')
}

/** The pattern by which more than half of the posts keep their address; null where Drowse’s own does it, or none. */
export function patternOf(texts: readonly OldText[]): string | null {
  const posts = texts.filter(({ kind, address }) => kind === 'post' && address !== null)
  const patterns = Map.groupBy(
    posts.flatMap((text) => patternOfPost(text) ?? []),
    (pattern) => pattern,
  )
  const [best] = [...patterns].toSorted(([, a], [, b]) => b.length - a.length)
  if (best === undefined || best[1].length * 2 <= posts.length) return null
  return best[0] === '/posts/:slug/' ? null : best[0]
}

/** `/2020/01/a-walk/` of January 2020 → `/:year/:month/:slug/`; null for an address that no pattern can give. */
function patternOfPost({ address, date }: OldText): string | null {
  const [, folders = '', slug = '', end = ''] = /^\/((?:[a-z0-9-]+\/)*)([a-z0-9-]+)(\/|\.html)$/.exec(address ?? '') ?? []
  if (slug === '' || slugify(slug) !== slug) return null
  const [year, month, day] = date?.slice(0, 10).split('-') ?? []
  const names = ['year', 'month', 'day'].filter((_, index) => [year, month, day][index] !== undefined)
  const segments = folders.split('/').filter((segment) => segment !== '')
  let next = 0
  const tokens = segments.map((segment) => {
    if (next >= names.length || segment !== [year, month, day][next]) return segment
    next += 1
    return `:${names[next - 1]}`
  })
  return `/${[...tokens, ':slug'].join('/')}${end}`
}
