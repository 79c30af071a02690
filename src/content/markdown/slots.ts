import type { Element, Parents, Root } from 'hast'
import { toHtml } from 'hast-util-to-html'
import { find, html as htmlSchema } from 'property-information'
import type { Body, Slot } from '../types.ts'
import { eachElement } from './each-element.ts'

// While the tree is written out, slots are told apart by characters that no text may hold (Unicode calls them noncharacters): OPEN, the slot's
// number, SEPARATOR, its HTML, CLOSE.
const OPEN = '\uFDD0'
const SEPARATOR = '\uFDD1'
const CLOSE = '\uFDD2'
const MARKS = /[\uFDD0-\uFDD2]/g
const RESERVED = /[\uFDD0-\uFDEF]/g

type Placed<S> = S extends Slot ? Omit<S, 'start' | 'end'> : never

/** A text without the characters that mark slots. */
export function withoutMarks(markdown: string): string {
  return markdown.replace(RESERVED, '\uFFFD')
}

interface Written extends Pick<Body, 'html' | 'slots' | 'ids'> {
  /** Links to places within the document. */
  readonly fragments: readonly { readonly url: string; readonly line: number }[]
}

/** The tree as HTML, with its slots and ids. Changes the tree. */
export function writeSlots(tree: Root): Written {
  const found: Placed<Slot>[] = []
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
    for (const name of LINKS[node.tagName] ?? []) {
      const url = node.properties[name]
      if (typeof url === 'string' && url.startsWith('#')) fragments.push({ url, line })
      if (isOfSite(url)) node.properties[name] = mark(found.push({ kind: 'link', url, line }) - 1, url)
    }
    return undefined
  })
  const written = toHtml(tree, { allowDangerousHtml: true })
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
function isOfSite(url: unknown): url is string {
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
  parent.children[index] = { type: 'raw', value: `${before}${toHtml(child)}${after}` }
}

function attributesOf({ properties }: Element): Record<string, string | true> {
  const named = Object.entries(properties).flatMap(([property, value]) => {
    const { attribute } = find(htmlSchema, property)
    if (attribute === 'src' || value === null || value === undefined || value === false) return []
    return [[attribute, value === true ? true : Array.isArray(value) ? value.join(' ') : String(value)] as const]
  })
  return Object.fromEntries(named)
}

/** Takes the marks out of the HTML and notes where they stood. */
function cutOut(marked: string, found: readonly Placed<Slot>[]): Pick<Body, 'html' | 'slots'> {
  let html = ''
  let at = 0
  const open: { number: number; start: number }[] = []
  const slots: Slot[] = []
  for (const { index, 0: character } of marked.matchAll(MARKS)) {
    if (index < at) continue
    html += marked.slice(at, index)
    at = index + 1
    if (character === OPEN) {
      const end = marked.indexOf(SEPARATOR, at)
      open.push({ number: Number(marked.slice(at, end)), start: html.length })
      at = end + 1
    } else if (character === CLOSE) {
      const { number, start } = open.pop() ?? { number: -1, start: 0 }
      const slot = found[number]
      if (slot) slots.push({ ...slot, start, end: html.length })
    }
  }
  return { html: html + marked.slice(at), slots: slots.sort((a, b) => a.start - b.start || b.end - a.end) }
}
