import type { Element, ElementContent, Nodes, Root, RootContent } from 'hast'
import { isHeading } from './heading-ids.ts'

const EXCERPT_LENGTH = 200

/** Elements that hold no prose. */
const NOT_PROSE = new Set([
  'pre',
  'script',
  'style',
  'template',
  'svg',
  'math',
  'drowse-formula',
  'iframe',
  'object',
  'video',
  'audio',
])

/** Letters and digits between spaces; each Chinese or Japanese character counts as one, since no space parts them. */
const WORD = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]|[\p{L}\p{N}][\p{L}\p{N}\p{M}'’._-]*/gu

/** The text without its code blocks, formulas and footnote links. */
export function proseOf(tree: Root): string {
  return prose(tree)
}

/** How many words a text has. */
export function countWords(text: string): number {
  return text.match(WORD)?.length ?? 0
}

/** The document's first words without headings, tables and code, at most 200 characters, cut at a word with `…`. */
export function excerptOf(tree: Root): string {
  let text = ''
  for (const node of tree.children) {
    if (text.length > EXCERPT_LENGTH) break
    if (!isOutsideExcerpt(node)) text = `${text} ${prose(node)}`.replace(/\s+/gu, ' ').trim()
  }
  return shorten(text)
}

function isOutsideExcerpt(node: RootContent): boolean {
  return node.type === 'element' && (isHeading(node) || isFootnotes(node) || isTable(node))
}

function isTable(node: Element): boolean {
  return node.tagName === 'table' || (Array.isArray(node.properties.className) && node.properties.className.includes('table'))
}

export function isFootnotes(node: Element): boolean {
  return node.properties.dataFootnotes !== undefined
}

function shorten(text: string): string {
  if (text.length <= EXCERPT_LENGTH) return text
  const room = text.slice(0, EXCERPT_LENGTH)
  const space = room.lastIndexOf(' ')
  // A text without spaces is cut between characters, never inside a surrogate pair.
  const cut = space > EXCERPT_LENGTH / 2 ? room.slice(0, space) : room.slice(0, -1).replace(/[\uD800-\uDBFF]$/, '')
  return `${cut.replace(/[\s,;:–—-]+$/u, '')}…`
}

function prose(node: Nodes): string {
  const parts: string[] = []
  collect(node, parts)
  return parts.join('')
}

function collect(node: Nodes, parts: string[]): void {
  if (node.type === 'text') parts.push(node.value)
  else if (node.type === 'element' && isFootnoteLink(node)) return
  else if (node.type === 'element' && NOT_PROSE.has(node.tagName)) parts.push(' ')
  else if ('children' in node) {
    for (const child of node.children) collect(child, parts)
    if (node.type === 'element' && !isPhrasing(node)) parts.push(' ')
  }
}

function isFootnoteLink(node: Element): boolean {
  return node.properties.dataFootnoteRef !== undefined || node.properties.dataFootnoteBackref !== undefined
}

const PHRASING = new Set([
  'a',
  'abbr',
  'b',
  'bdi',
  'bdo',
  'cite',
  'code',
  'del',
  'em',
  'i',
  'ins',
  'kbd',
  'mark',
  'q',
  's',
  'small',
  'span',
  'strong',
  'sub',
  'sup',
  'u',
  'var',
])

function isPhrasing(node: ElementContent): boolean {
  return node.type === 'element' && PHRASING.has(node.tagName)
}
