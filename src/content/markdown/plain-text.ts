import type { Element, ElementContent, Nodes, Root, RootContent } from 'hast'
import { onOneLine } from '../one-line.ts'
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
const WORD = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]|[\p{L}\p{N}][\p{L}\p{N}\p{M}'’._-]*/uy
const REST_OF_WORD = /[\p{L}\p{N}\p{M}'’._-]+/uy
/** The same for ASCII: 1 where a character is part of a word, first for those met between words, then for those met in one. */
const IN_WORD = Uint8Array.from(
  [/[A-Za-z0-9]/, /[\w'.-]/].flatMap((letters) => ascii().map((character) => Number(letters.test(character)))),
)

/** The text without its code blocks, formulas and footnote links. */
export function proseOf(tree: Root): string {
  return prose(tree)
}

/** How many words a text has. As most of most texts is ASCII, the regular expressions, which take ten times as long, are asked about the rest alone. */
export function countWords(text: string): number {
  let words = 0
  /** 1 in a word: a number, as to choose between two ways at each end of a word takes longer than to reckon. */
  let inWord = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 128) {
      const next = IN_WORD[inWord * 128 + code] ?? 0
      words += next & ~inWord
      inWord = next
    } else if (inWord === 1 && endOf(REST_OF_WORD, text, at) > at) {
      at = REST_OF_WORD.lastIndex - 1
    } else {
      inWord = 0
      if (endOf(WORD, text, at) > at) {
        words += 1
        at = WORD.lastIndex - 1
      }
    }
  }
  return words
}

function ascii(): readonly string[] {
  return Array.from({ length: 128 }, (_, code) => String.fromCharCode(code))
}

/** Where what a sticky expression finds at a place ends; 0 where it finds nothing. */
function endOf(sticky: RegExp, text: string, at: number): number {
  sticky.lastIndex = at
  sticky.test(text)
  return sticky.lastIndex
}

/** The document's first words without headings, tables and code, at most 200 characters, cut at a word with `…`. */
export function excerptOf(tree: Root): string {
  return firstWords(
    tree.children
      .filter((node) => !isOutsideExcerpt(node))
      .values()
      .map(prose),
  )
}

/** The first words of texts that follow each other, at most 200 characters, cut at a word with `…`. */
export function firstWords(texts: Iterable<string>): string {
  let words = ''
  for (const text of texts) {
    words = onOneLine(`${words} ${text}`)
    if (words.length > EXCERPT_LENGTH) break
  }
  return shorten(words)
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
