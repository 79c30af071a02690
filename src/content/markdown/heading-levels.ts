import type { Root } from 'hast'
import { eachElement } from './each-element.ts'
import { isHeading } from './heading-ids.ts'
import { isFootnotes } from './plain-text.ts'

/**
 * Fits the author's headings under the page's own title, its one `h1`: they begin at `h2` and no level is left out, so that the page's
 * outline is whole however the author chose the sizes. Which heading stands below which stays as written.
 */
export function rehypeHeadingLevels() {
  return (tree: Root): void => {
    const fitted = fittedLevels()
    eachElement(tree, (node) => {
      if (isFootnotes(node)) return 'skip'
      if (!isHeading(node)) return undefined
      node.tagName = `h${fitted(Number(node.tagName.slice(1)))}`
      return undefined
    })
  }
}

/** Called with the level of each heading in turn, as written, gives the one to show it on. */
export function fittedLevels(): (written: number) => number {
  const above: number[] = []
  return (written) => {
    while ((above.at(-1) ?? 0) >= written) above.pop()
    above.push(written)
    return Math.min(above.length + 1, 6)
  }
}
