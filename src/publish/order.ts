import type { ObjectInfo } from '../protocol/types.ts'
import type { PublishedObject } from './types.ts'

/**
 * The objects in groups, to be published one group after the other: what is pointed to goes before what points to it, so that a reader never
 * meets a link to what is not there yet. Hashed assets, other files, pages, then feeds and sitemap, which announce the pages.
 */
export function inOrder(objects: readonly PublishedObject[]): readonly (readonly PublishedObject[])[] {
  const groups: PublishedObject[][] = [[], [], [], []]
  for (const object of objects) groups[stage(object.info)]?.push(object)
  return groups.filter((group) => group.length > 0)
}

function stage({ key, contentType, cache }: ObjectInfo): 0 | 1 | 2 | 3 {
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase()
  if (cache === 'immutable') return 0
  if (type === 'text/html') return 2
  if (type === 'application/rss+xml' || type === 'application/atom+xml' || type === 'application/feed+json') return 3
  return /(^|\/)(sitemap[^/]*|feed|atom|rss)\.(xml|json)$/.test(key) ? 3 : 1
}
