import type { Element, Root } from 'hast'
import { eachElement } from './each-element.ts'

/**
 * What every reader needs of the elements Markdown makes: wide tables and code scroll on their own and by keyboard, images load when they
 * are near and always have an alternative text, checkboxes have a name. No `style` and no `align`: the Content-Security-Policy and the
 * standard forbid them.
 */
export function rehypeAccessibleElements() {
  return (tree: Root): void => {
    let tables = 0
    let images = 0
    eachElement(tree, (node, index, parent) => {
      if (node.tagName === 'img') prepareImage(node, images++ === 0)
      else if (node.tagName === 'pre') node.properties.tabIndex ??= 0
      else if (node.tagName === 'input') nameCheckbox(node)
      else if (node.tagName === 'td' || node.tagName === 'th') alignByClass(node)
      else if (node.tagName === 'table') {
        tables += 1
        parent.children[index] = scroller(node, tables)
      }
      return undefined
    })
  }
}

/** The first one is often seen at once, so it does not wait until it is near. */
function prepareImage(image: Element, isFirst: boolean): void {
  image.properties.alt ??= ''
  if (!isFirst) image.properties.loading ??= 'lazy'
  image.properties.decoding ??= 'async'
}

/** GFM's task list items: a disabled checkbox and the words beside it. */
function nameCheckbox(input: Element): void {
  if (input.properties.type !== 'checkbox' || !input.properties.disabled) return
  input.properties.ariaLabel ??= checkboxLabel(input.properties.checked === true)
}

export function checkboxLabel(checked: boolean): string {
  return checked ? 'Done' : 'To do'
}

function alignByClass(cell: Element): void {
  const { align, className, ...rest } = cell.properties
  if (typeof align !== 'string') return
  const classes = Array.isArray(className) ? className : []
  cell.properties = { ...rest, className: [...classes, `align-${align.toLowerCase()}`] }
}

/** Landmarks of one page need unlike names, so the second table is "Table 2". */
function scroller(table: Element, number: number): Element {
  return {
    type: 'element',
    tagName: 'section',
    properties: { className: ['table'], tabIndex: 0, ariaLabel: tableLabel(number) },
    children: [table],
  }
}

export function tableLabel(number: number): string {
  return number === 1 ? 'Table' : `Table ${number}`
}
