import type { Root as HastRoot } from 'hast'
import type { Nodes, Root } from 'mdast'
import { defaultHandlers, type Handler, type Options, type State, toHast } from 'mdast-util-to-hast'

/**
 * mdast → hast, as remark-rehype does it. toHast looks through the whole tree for definitions with unist-util-visit, which takes as long as all the rest of it;
 * so it is given a root that has nothing but these, and told to make the document of the real one.
 */
export function remarkToHast(options: Options) {
  return (tree: Root): HastRoot => {
    const definitions: Root['children'] = []
    collect(tree, definitions)
    // Its type allows for no root, whose own handler gives one too.
    const root = ((state: State) => defaultHandlers.root(state, tree)) as unknown as Handler
    return toHast({ type: 'root', children: definitions }, { ...options, handlers: { ...options.handlers, root } }) as HastRoot
  }
}

/** The definitions of links and footnotes, in the order of the text. What stands inside a footnote is found through it. */
function collect(node: Nodes, found: Root['children']): void {
  if (node.type === 'definition' || node.type === 'footnoteDefinition') found.push(node)
  else if ('children' in node) for (const child of node.children) collect(child, found)
}
