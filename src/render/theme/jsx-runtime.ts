/**
 * What the JSX of themes and of a site.ts is compiled to: each element is written as HTML at once, from the inside out, with text and attributes escaped. What `raw`
 * and `html` of `hono/html` give is taken as it is, and they take this as it is.
 */
import type { JSX } from './jsx-types.ts'

type Props = Readonly<Record<string, unknown>>
type Component = (props: Props) => unknown

/** Finished HTML; hono knows it by `isEscaped`. */
class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
  get isEscaped(): true {
    return true
  }
  toString(): string {
    return this.text
  }
}

/** Writes an element, or calls a component. What they can't write is an error that names the component with the element in it. */
export function jsx(tag: string | Component, props: Props): JSX.Element {
  const html: unknown = typeof tag === 'function' ? called(tag, props) : new Html(elementText(tag, props))
  return html as JSX.Element
}
export { jsx as jsxs }

export const Fragment = ({ children }: Props): unknown => children

/** What an element with a `key` after spread props is compiled to. */
export const createElement = (tag: string | Component, props: Props | null, ...children: readonly unknown[]): JSX.Element =>
  jsx(tag, children.length === 0 ? { ...props } : { ...props, children })

function called(component: Component, props: Props): Html {
  const made = component(props)
  if (made instanceof Html) return made
  if (made instanceof Promise) throw asyncFault(`The component ${component.name}`)
  return new Html(textOf(made))
}

function elementText(tag: string, props: Props): string {
  const { open, close } = elements.get(tag) ?? newElement(tag)
  let text = open
  let content = ''
  for (const name in props) {
    const value = props[name]
    if (name === 'children') content += textOf(value)
    else if (name === 'dangerouslySetInnerHTML') content += givenHtml(value)
    else text += attributeText(name, value)
  }
  if (close === '' && content !== '') throw fault(`The element ${tag} can have nothing in it.`)
  return `${text}>${content}${close}`
}

/** Of `dangerouslySetInnerHTML`. Nothing where there is none. */
function givenHtml(value: unknown): string {
  const html = typeof value === 'object' && value !== null && '__html' in value ? value.__html : null
  return html === null || html === undefined ? '' : String(html)
}

/** A child as HTML. */
function textOf(child: unknown): string {
  if (typeof child === 'string') return escaped(child)
  if (child instanceof Html) return child.text
  if (child === null || child === undefined || typeof child === 'boolean') return ''
  if (typeof child === 'number' || typeof child === 'bigint') return String(child)
  if (Array.isArray(child)) {
    let text = ''
    for (const each of child) text += textOf(each)
    return text
  }
  const text: unknown = isEscaped(child) ? child.toString() : child
  if (text instanceof Promise) throw asyncFault('A child')
  if (typeof text !== 'string') throw fault(`A child is no text but of type ${typeof text}.`)
  return text
}

function attributeText(name: string, value: unknown): string {
  const attribute = attributes.get(name) ?? newAttribute(name)
  if (value === null || value === undefined || attribute === UNWRITTEN) return ''
  if (typeof value === 'string') return `${attribute.open}${escaped(value)}"`
  if (typeof value === 'boolean' && attribute.isBoolean) return value ? attribute.bare : ''
  if (typeof value === 'function' && name.startsWith('on')) return ''
  const text = typeof value === 'function' || !hasText(value) ? null : String(value)
  if (text === null || text.startsWith('[object ')) throw fault(`The attribute ${name} is no text but of type ${typeof value}.`)
  return `${attribute.open}${value instanceof String && isEscaped(value) ? text : escaped(text)}"`
}

function isEscaped(value: unknown): value is { toString(): unknown } {
  return typeof value === 'object' && value !== null && 'isEscaped' in value && value.isEscaped === true && hasText(value)
}

/** Whether something says what its text is, in code: what was read from a file does not. */
function hasText(value: object | string | number | bigint | boolean | symbol): boolean {
  return typeof value.toString === 'function' && value.toString !== Object.prototype.toString
}

const SPECIAL = /[&<>"']/
const REFERENCES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function escaped(text: string): string {
  return SPECIAL.test(text) ? text.replace(/[&<>"']/g, (character) => REFERENCES[character] ?? '') : text
}

/** In a name these would end it, or are not allowed. */
const IN_NO_NAME = /[\s"'<>/=`\\\p{Cc}]/u

const VOID = /^(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)$/

/** `close` is empty for elements without an end tag. */
type ElementParts = Readonly<Record<'open' | 'close', string>>
const elements = new Map<string, ElementParts>()

function newElement(tag: unknown): ElementParts {
  if (typeof tag !== 'string' || !/^[a-z]/i.test(tag) || IN_NO_NAME.test(tag))
    throw fault(`There is no element or component “${tag}”.`)
  const element = { open: `<${tag}`, close: VOID.test(tag) ? '' : `</${tag}>` }
  elements.set(tag, element)
  return element
}

const BOOLEAN =
  /^(?:allowfullscreen|async|autofocus|autoplay|checked|controls|default|defer|disabled|download|formnovalidate|hidden|inert|ismap|itemscope|loop|multiple|muted|nomodule|novalidate|open|playsinline|readonly|required|reversed|selected)$/i
/** Attributes of SVG that React spells otherwise. */
const SVG = /^(?:(?:fill|flood|font|stop|stroke)[A-Z]\w*|clipPath|clipRule|dominantBaseline|textAnchor|vectorEffect)$/

interface AttributeParts {
  readonly open: string
  readonly bare: string
  readonly isBoolean: boolean
}
const UNWRITTEN: AttributeParts = { open: '', bare: '', isBoolean: false }
const attributes = new Map<string, AttributeParts>([
  ['key', UNWRITTEN],
  ['ref', UNWRITTEN],
  ['className', partsOf('class')],
  ['htmlFor', partsOf('for')],
  ['httpEquiv', partsOf('http-equiv')],
])

function newAttribute(name: string): AttributeParts {
  const spelt = SVG.test(name) ? name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`) : name
  const attribute = spelt === '' || IN_NO_NAME.test(spelt) ? UNWRITTEN : partsOf(spelt)
  attributes.set(name, attribute)
  return attribute
}

function partsOf(name: string): AttributeParts {
  return { open: ` ${name}="`, bare: ` ${name}`, isBoolean: BOOLEAN.test(name) }
}

const asyncFault = (what: string) => fault(`${what} is async. A component is given all it needs; it may not wait.`)

/** An error whose stack begins where the element is. */
function fault(message: string): Error {
  const error = new Error(message)
  Error.captureStackTrace(error, jsx)
  if (error.stack?.startsWith(`Error: ${message}\n    at createElement `)) Error.captureStackTrace(error, createElement)
  return error
}
