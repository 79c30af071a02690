import type { ObjectInfo } from '../protocol/types.ts'

/**
 * Items in groups, to be published one group after the other: what is pointed to goes before what points to it, so that a reader never
 * meets a link to what is not there yet. Hashed assets, other files, new pages, pages that change, then feeds and sitemap, which announce the pages.
 */
export function inOrder<T>(
  items: readonly T[],
  about: (item: T) => { readonly info: ObjectInfo; readonly isNew: boolean },
): readonly (readonly T[])[] {
  const groups: T[][] = [[], [], [], [], []]
  for (const item of items) {
    const { info, isNew } = about(item)
    groups[stage(info, isNew)]?.push(item)
  }
  return groups.filter((group) => group.length > 0)
}

function stage({ key, contentType, cache }: ObjectInfo, isNew: boolean): 0 | 1 | 2 | 3 | 4 {
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase()
  if (cache === 'immutable') return 0
  if (type === 'text/html') return isNew ? 2 : 3
  if (type === 'application/rss+xml' || type === 'application/atom+xml' || type === 'application/feed+json') return 4
  return /(^|\/)(sitemap[^/]*|feed|atom|rss)\.(xml|json)(\.br|\.gz)?$/.test(key) ? 4 : 1
}
