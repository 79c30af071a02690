import type { HeadingView, TocItem } from './views.ts'

/** One heading is no contents. */
const FEWEST = 2

interface Branch extends TocItem {
  readonly items: Branch[]
}

/** Headings as a tree: each below the nearest one before it that is larger. Empty for fewer than two. */
export function tocOf(headings: readonly HeadingView[]): readonly TocItem[] {
  if (headings.length < FEWEST) return []
  const top: Branch[] = []
  const above: { readonly depth: number; readonly items: Branch[] }[] = []
  for (const { depth, id, text } of headings) {
    while ((above.at(-1)?.depth ?? 0) >= depth) above.pop()
    const item: Branch = { id, text, items: [] }
    const siblings = above.at(-1)?.items ?? top
    siblings.push(item)
    above.push({ depth, items: item.items })
  }
  return top
}
