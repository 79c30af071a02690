import type { Nodes, Root } from 'mdast'

/**
 * Names footnotes by number, in the order of the text. Ids made from the author's own names could meet each other: the second reference
 * to `[^1]` gets the id that the first one to `[^1-2]` would have.
 */
export function remarkFootnoteNames() {
  return (tree: Root): void => rename(tree, new Map())
}

function rename(node: Nodes, numbers: Map<string, string>): void {
  if (node.type === 'footnoteReference' || node.type === 'footnoteDefinition') {
    const name = node.identifier.toLowerCase()
    const number = numbers.get(name) ?? String(numbers.size + 1)
    numbers.set(name, number)
    node.identifier = number
    node.label = number
  }
  if ('children' in node) for (const child of node.children) rename(child, numbers)
}
