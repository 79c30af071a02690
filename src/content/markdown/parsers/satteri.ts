import type { Root } from 'mdast'
// Imported statically: a native addon must be loaded before the permission model takes that right away.
import { type MdastNode, markdownToMdast } from 'satteri'
import type { ParseOptions, Parser } from '../types.ts'

const FEATURES = { gfm: true, frontmatter: false } as const
const PLAIN = { features: FEATURES, position: true } as const
const DIRECTIVES = { features: { ...FEATURES, directive: true }, position: true } as const

/** The default: written in Rust, some fifty times as fast as remark-parse. */
export const satteriParser = {
  name: 'satteri',
  parse(markdown, options?: ParseOptions) {
    const tree = markdownToMdast(markdown, options?.directives ? DIRECTIVES : PLAIN)
    if (!isRoot(tree)) throw new TypeError(`satteri gave a ${tree.type} instead of a root`)
    return tree
  },
} satisfies Parser

function isRoot(node: MdastNode): node is MdastNode & Root {
  return node.type === 'root'
}
