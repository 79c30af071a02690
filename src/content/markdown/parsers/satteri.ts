import type { Root } from 'mdast'
// Imported statically: a native addon must be loaded before the permission model takes that right away.
import { type MdastNode, markdownToMdast } from 'satteri'
import type { Parser } from '../types.ts'

const OPTIONS = { features: { gfm: true, frontmatter: false }, position: true } as const

/** The default: written in Rust, some fifty times as fast as remark-parse. */
export const satteriParser = {
  name: 'satteri',
  parse(markdown) {
    const tree = markdownToMdast(markdown, OPTIONS)
    if (!isRoot(tree)) throw new TypeError(`satteri gave a ${tree.type} instead of a root`)
    return tree
  },
} satisfies Parser

function isRoot(node: MdastNode): node is MdastNode & Root {
  return node.type === 'root'
}
