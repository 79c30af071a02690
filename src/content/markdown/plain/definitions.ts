import type { Definition, FootnoteDefinition, Nodes } from 'mdast'

/** What a text refers to by name, before it is read or after. */
export interface Definitions {
  /** By names in capital letters, as mdast-util-to-hast has them. */
  readonly links: ReadonlyMap<string, Definition>
  /** By names in small letters, as footnote-names has them. */
  readonly notes: ReadonlyMap<string, FootnoteDefinition>
}

/** The definitions of a text, each name's first. Null where two notes have one name. */
export function definitionsOf(nodes: readonly Nodes[]): Definitions | null {
  const links = new Map<string, Definition>()
  const notes = new Map<string, FootnoteDefinition>()
  return collect(nodes, links, notes) ? { links, notes } : null
}

/** Blocks alone hold definitions. */
function collect(nodes: readonly Nodes[], links: Map<string, Definition>, notes: Map<string, FootnoteDefinition>): boolean {
  for (const node of nodes) {
    const { type } = node
    if (type === 'paragraph') continue
    if (type === 'definition') {
      const name = node.identifier.toUpperCase()
      if (!links.has(name)) links.set(name, node)
    } else if (type === 'footnoteDefinition') {
      const name = node.identifier.toLowerCase()
      if (notes.has(name)) return false
      notes.set(name, node)
      if (!collect(node.children, links, notes)) return false
    } else if (type === 'blockquote' || type === 'list' || type === 'listItem') {
      if (!collect(node.children, links, notes)) return false
    }
  }
  return true
}
