import type { Nodes, Parents, Root } from 'mdast'
import type { LeafDirective } from 'mdast-util-directive'
import type { Directive } from '../types.ts'

/** The elements that stand for directives, and for what is in their brackets, until the HTML is written. */
export const DIRECTIVE = 'drowse-directive'
export const LABEL = 'drowse-label'

/** Texts that can't hold a directive need not be read for them. */
const MAY_HAVE = /::[a-z]|:[a-z][\w-]*[[{]/i

export function mayHaveDirectives(markdown: string): boolean {
  return MAY_HAVE.test(markdown)
}

/**
 * Takes note of a document's directives and makes elements of them, told apart by their number. A bare `:name` in a line is what people write in texts, such as
 * `10:30` or `a:b`, and no directive: it stays text.
 */
export function takeDirectives(tree: Root): readonly Directive[] {
  const found: Directive[] = []
  walk(tree, found)
  return found
}

function walk(parent: Nodes, found: Directive[]): void {
  if (!('children' in parent)) return
  const children: readonly Nodes[] = parent.children
  for (const [index, child] of children.entries()) {
    const isDirective = child.type === 'textDirective' || child.type === 'leafDirective' || child.type === 'containerDirective'
    // A plugin of the site's own has made an element of this one.
    if (isDirective && child.data?.hName !== undefined) walk(child, found)
    else if (child.type === 'textDirective' && child.children.length === 0 && attributesOf(child).length === 0) {
      ;(parent as Parents).children[index] = { type: 'text', value: `:${child.name}` }
    } else if (isDirective) {
      const number = found.push(noted(child)) - 1
      walk(child, found)
      stand(child, number)
    } else walk(child, found)
  }
}

type DirectiveNode = Extract<Nodes, { type: 'textDirective' | 'leafDirective' | 'containerDirective' }>

const FORMS = { textDirective: 'text', leafDirective: 'leaf', containerDirective: 'container' } as const

function noted(node: DirectiveNode): Directive {
  const attributes = Object.fromEntries(attributesOf(node))
  return { name: node.name, form: FORMS[node.type], attributes, line: node.position?.start.line ?? 1 }
}

/** Makes an element of a directive, and one of its label. */
function stand(node: DirectiveNode, number: number): void {
  if (node.type === 'containerDirective') {
    for (const child of node.children) if (child.type === 'paragraph' && child.data?.directiveLabel) child.data.hName = LABEL
  } else if (node.children.length > 0) {
    // To the way to HTML a node is what its `hName` says, whatever its type.
    const label: LeafDirective = { type: 'leafDirective', name: '', children: node.children, data: { hName: LABEL } }
    node.children = [label] as unknown as typeof node.children
  }
  node.data = { ...node.data, hName: DIRECTIVE, hProperties: { number } }
}

function attributesOf({ attributes }: DirectiveNode): readonly (readonly [string, string])[] {
  return Object.entries(attributes ?? {}).map(([name, value]) => [name, value ?? ''])
}
