import type { Nodes, Root } from 'hast'
import rehypeRaw from 'rehype-raw'
import { VFile } from 'vfile'

const parseRaw = rehypeRaw()

/** Makes elements of the author's raw HTML. Documents without any, which are most, skip the slow reparse. */
export function rehypeRawHtml() {
  return (tree: Root): Root => (hasRaw(tree) ? parseRaw(tree, new VFile()) : tree)
}

function hasRaw(node: Nodes): boolean {
  return node.type === 'raw' || ('children' in node && node.children.some(hasRaw))
}
