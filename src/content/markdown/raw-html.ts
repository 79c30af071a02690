import type { Root } from 'hast'
import rehypeRaw from 'rehype-raw'
import { EXIT, visit } from 'unist-util-visit'
import { VFile } from 'vfile'

const parseRaw = rehypeRaw()

/** Makes elements of the author's raw HTML. Documents without any, which are most, skip the slow reparse. */
export function rehypeRawHtml() {
  return (tree: Root): Root => (hasRaw(tree) ? parseRaw(tree, new VFile()) : tree)
}

function hasRaw(tree: Root): boolean {
  let found = false
  visit(tree, 'raw', () => {
    found = true
    return EXIT
  })
  return found
}
