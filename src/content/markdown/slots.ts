import type { Element, Parents, Root, Text } from 'hast'
import { find, html as htmlSchema } from 'property-information'
import type { Body, Directive, Slot } from '../types.ts'
import { DIRECTIVE, LABEL } from './directives.ts'
import { eachElement } from './each-element.ts'
import { FORMULA } from './formulas.ts'
import { writeHtml } from './write-html.ts'

// While the tree is written out, slots are told apart by characters that no text may hold (Unicode calls them noncharacters): OPEN, the slot's
// number, SEPARATOR, its HTML, CLOSE.
const OPEN = '\uFDD0'
const SEPARATOR = '\uFDD1'
const CLOSE = '\uFDD2'
// Round the label of a shortcode.
const LABEL_OPEN = '\uFDD3'
const LABEL_CLOSE = '\uFDD4'
const MARKS = /[\uFDD0-\uFDD4]/g
const RESERVED = /[\uFDD0-\uFDEF]/g

type Placed<S> = S extends Slot ? Omit<S, 'start' | 'end' | 'label' | 'content'> : never

/** A text without the characters that mark slots. */
export function withoutMarks(markdown: string): string {
  return markdown.replace(RESERVED, '\uFFFD')
}

interface Written extends Pick<Body, 'html' | 'slots' | 'ids'> {
  /** Links to places within the document. */
  readonly fragments: readonly { readonly url: string; readonly line: number }[]
}

/** The tree as HTML, with its slots and ids. Changes the tree. The tree names shortcodes, and formulas by their HTML, by number. */
export function writeSlots(
  tree: Root,
  { shortcodes, formulas }: { readonly shortcodes: readonly Directive[]; readonly formulas: readonly string[] },
): Written {
  const found: Placed<Slot>[] = shortcodes.map((shortcode) => ({ kind: 'shortcode', ...shortcode }))
  const ids: string[] = []
  const fragments: { url: string; line: number }[] = []
  let line = 1
  eachElement(tree, (node, index, parent) => {
    line = node.position?.start.line ?? line
    const { id } = node.properties
    if (typeof id === 'string' && id !== '') ids.push(id)
    if (node.tagName === 'img') {
      const { src } = node.properties
      if (isOfSite(src)) wrap(parent, index, found.push({ kind: 'image', url: src, attributes: attributesOf(node), line }) - 1)
      return undefined
    }
    if (node.tagName === FORMULA) {
      parent.children[index] = { type: 'raw', value: formulas[Number(node.properties.number)] ?? '' }
      return 'skip'
    }
    if (shortcodes.length > 0) markShortcode(node, shortcodes.length)
    for (const name of LINKS[node.tagName] ?? []) {
      const url = node.properties[name]
      if (typeof url === 'string' && url.startsWith('#')) fragments.push({ url, line })
      if (isOfSite(url)) node.properties[name] = mark(found.push({ kind: 'link', url, line }) - 1, url)
    }
    return undefined
  })
  const written = withoutTags(writeHtml(tree), shortcodes.length > 0)
  return { ...(found.length === 0 ? { html: written, slots: [] } : cutOut(written, found)), ids, fragments }
}

/** Attributes that name a page or a file, by element. */
const LINKS: Readonly<Record<string, readonly string[]>> = {
  a: ['href'],
  audio: ['src'],
  source: ['src'],
  track: ['src'],
  video: ['src', 'poster'],
}

const ELSEWHERE = /^(?:[a-z][a-z0-9+.-]*:|\/\/|#|$)/i

/** True for an address that this site has to answer for: neither another host's, nor within the same document. */
export function isOfSite(url: unknown): url is string {
  return typeof url === 'string' && !ELSEWHERE.test(url)
}

function mark(number: number, html: string): string {
  return `${OPEN}${number}${SEPARATOR}${html}${CLOSE}`
}

/** Puts the marks round a child as text beside it; one node takes its place, so that a walk under way is not upset. */
function wrap(parent: Parents, index: number, number: number): void {
  const [child] = parent.children.slice(index, index + 1)
  if (child?.type !== 'element') return
  const [before = '', after = ''] = mark(number, '\n').split('\n')
  parent.children[index] = { type: 'raw', value: `${before}${writeHtml({ type: 'root', children: [child] })}${after}` }
}

/** Puts marks into an element that stands for a shortcode or a label. Its own tags are taken out of the HTML. */
function markShortcode(node: Element, count: number): void {
  if (node.tagName === LABEL) {
    node.properties = {}
    node.children = [text(LABEL_OPEN), ...node.children, text(LABEL_CLOSE)]
  } else if (node.tagName === DIRECTIVE) {
    const number = Number(node.properties.number)
    node.properties = {}
    if (number >= 0 && number < count) node.children = [text(`${OPEN}${number}${SEPARATOR}`), ...node.children, text(CLOSE)]
  }
}

function text(value: string): Text {
  return { type: 'text', value }
}

const TAGS = new RegExp(`</?(?:${DIRECTIVE}|${LABEL})>`, 'g')

function withoutTags(html: string, hasShortcodes: boolean): string {
  return hasShortcodes ? html.replace(TAGS, '') : html
}

function attributesOf({ properties }: Element): Record<string, string | true> {
  const named = Object.entries(properties).flatMap(([property, value]) => {
    const { attribute } = find(htmlSchema, property)
    if (attribute === 'src' || value === null || value === undefined || value === false) return []
    return [[attribute, value === true ? true : Array.isArray(value) ? value.join(' ') : String(value)] as const]
  })
  return Object.fromEntries(named)
}

interface OpenSlot {
  /** Its place among the slots. */
  readonly place: number
  /** Its place among those found. */
  readonly number: number
  readonly start: number
  readonly label: { start: number; end: number; first: number; next: number }
}

/** Takes the marks out of the HTML and notes where they stood. */
function cutOut(marked: string, found: readonly Placed<Slot>[]): Pick<Body, 'html' | 'slots'> {
  let html = ''
  let at = 0
  let places = 0
  const open: OpenSlot[] = []
  const slots: Slot[] = []
  for (const { index, 0: character } of marked.matchAll(MARKS)) {
    if (index < at) continue
    html += marked.slice(at, index)
    at = index + 1
    const here = html.length
    if (character === OPEN) {
      const end = marked.indexOf(SEPARATOR, at)
      const place = places++
      const label = { start: here, end: here, first: places, next: places }
      open.push({ place, number: Number(marked.slice(at, end)), start: here, label })
      at = end + 1
    } else if (character === LABEL_OPEN || character === LABEL_CLOSE) {
      const label = open.at(-1)?.label
      if (label) Object.assign(label, character === LABEL_OPEN ? { start: here } : { end: here, next: places })
    } else {
      const closed = open.pop()
      const slot = closed && found[closed.number]
      if (!closed || !slot) continue
      const { place, start, label } = closed
      const content = { start: label.end, end: here, first: label.next, next: places }
      slots[place] = slot.kind === 'shortcode' ? { ...slot, start, end: here, label, content } : { ...slot, start, end: here }
    }
  }
  return { html: html + marked.slice(at), slots }
}
