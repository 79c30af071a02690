import type { Element, Parents, Properties, RootContent } from 'hast'
import { toHtml } from 'hast-util-to-html'
import { find, html as htmlSchema } from 'property-information'

/** Their contents or attributes are written by rules of their own. */
const SPECIAL = new Set(['svg', 'template', 'script', 'style'])

const VOID = new Set(
  'area base basefont bgsound br col command embed frame hr image img input keygen link meta param source track wbr'.split(' '),
)

/**
 * The HTML of a tree's children, raw HTML as it is: what hast-util-to-html makes of them, in a quarter of the time, which counts in every body. It leaves to
 * that library whatever is not plain.
 */
export function writeHtml({ children }: Parents): string {
  let html = ''
  for (const child of children) html += written(child)
  return html
}

function written(node: RootContent): string {
  if (node.type === 'text') return escapeText(node.value)
  if (node.type === 'raw') return node.value
  if (node.type !== 'element' || SPECIAL.has(node.tagName)) return toHtml(node, { allowDangerousHtml: true })
  const start = `<${node.tagName}${attributesOf(node)}>`
  if (node.children.length === 0 && VOID.has(node.tagName.toLowerCase())) return start
  const content = writeHtml(node)
  return content === '' && VOID.has(node.tagName.toLowerCase()) ? start : `${start}${content}</${node.tagName}>`
}

function attributesOf({ properties }: Element): string {
  let written = ''
  for (const name in properties) written += attribute(name, properties[name])
  return written
}

function attribute(property: string, value: Properties[string]): string {
  const name = plainName(property)
  const text = Array.isArray(value) ? value.join(' ') : value
  if (name !== null && typeof text === 'string') return ` ${name}="${escapeAttribute(text)}"`
  // All of a tag that it makes but its name.
  return toHtml({ type: 'element', tagName: 'hr', properties: { [property]: value }, children: [] }).slice(3, -1)
}

const plainNames = new Map<string, string | null>()

/** The name in HTML of an attribute that is written as its value is; null for others. */
function plainName(property: string): string | null {
  const known = plainNames.get(property)
  if (known !== undefined) return known
  const info = find(htmlSchema, property)
  const isPlain = !info.boolean && !info.overloadedBoolean && !info.commaSeparated && /^[a-z][a-z0-9-]*$/i.test(info.attribute)
  const name = isPlain ? info.attribute : null
  // Authors' raw HTML may name any number of them.
  if (plainNames.size < 1000) plainNames.set(property, name)
  return name
}

/** A text as it stands between tags. */
export function escapeText(text: string): string {
  // To replace by a function takes long even where nothing is found.
  return /[<&]/.test(text) ? text.replace(/[<&]/g, reference) : text
}

/** A text as it stands in the quotes of an attribute. */
export function escapeAttribute(text: string): string {
  return /[\0"&'`]/.test(text) ? text.replace(/[\0"&'`]/g, reference) : text
}

function reference(character: string): string {
  return `&#x${character.charCodeAt(0).toString(16).toUpperCase()};`
}
