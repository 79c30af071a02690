import { createRequire } from 'node:module'
import type { Nodes, Root } from 'hast'
import { VFile } from 'vfile'

let parseRaw: ReturnType<typeof import('rehype-raw').default> | null = null

/** Makes elements of the author's raw HTML. Documents without any, which are most, skip the slow reparse, and the loading of what does it. */
export function rehypeRawHtml() {
  return (tree: Root): Root => (hasRaw(tree) ? withElements(tree) : tree)
}

function withElements(tree: Root): Root {
  parseRaw ??= (createRequire(import.meta.url)('rehype-raw') as typeof import('rehype-raw')).default()
  return parseRaw(tree, new VFile())
}

function hasRaw(node: Nodes): boolean {
  return node.type === 'raw' || ('children' in node && node.children.some(hasRaw))
}
