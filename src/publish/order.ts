import type { ObjectInfo } from '../protocol/types.ts'

/**
 * Items in groups, to be published one group after the other: what is pointed to goes before what points to it, so that a reader never
 * meets a link to what is not there yet. Hashed assets, other files, pages, then feeds and sitemap, which announce the pages.
 */
export function inOrder<T>(items: readonly T[], infoOf: (item: T) => ObjectInfo): readonly (readonly T[])[] {
  const groups: T[][] = [[], [], [], []]
  for (const item of items) groups[stage(infoOf(item))]?.push(item)
  return groups.filter((group) => group.length > 0)
}

function stage({ key, contentType, cache }: ObjectInfo): 0 | 1 | 2 | 3 {
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase()
  if (cache === 'immutable') return 0
  if (type === 'text/html') return 2
  if (type === 'application/rss+xml' || type === 'application/atom+xml' || type === 'application/feed+json') return 3
  return /(^|\/)(sitemap[^/]*|feed|atom|rss)\.(xml|json)(\.br|\.gz)?$/.test(key) ? 3 : 1
}
