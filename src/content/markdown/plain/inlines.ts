import type { FootnoteReference, ImageReference, LinkReference, Node, PhrasingContent, Resource } from 'mdast'
import { normalizeUri } from 'micromark-util-sanitize-uri'
import { trimLines } from 'trim-lines'
import { isOfSite } from '../slots.ts'
import { escapeAttribute, escapeText } from '../write-html.ts'
import { type Draft, end, lineEnd, noteNumber } from './draft.ts'

/** What stands in lines. `trimmed`: a text at its beginning loses its spaces, as it does behind a line break. */
export function writeInlines(draft: Draft, nodes: readonly PhrasingContent[], trimmed = false): void {
  let trims = trimmed && nodes[0]?.type === 'text'
  for (const node of nodes) {
    writeInline(draft, node, trims)
    trims = node.type === 'break'
  }
}

function writeInline(draft: Draft, node: PhrasingContent, trimmed: boolean): void {
  switch (node.type) {
    case 'text':
      writeText(draft, node.value, trimmed, trimLines)
      return
    case 'emphasis':
      writeSpan(draft, node, 'em', trimmed)
      return
    case 'strong':
      writeSpan(draft, node, 'strong', trimmed)
      return
    case 'delete':
      writeSpan(draft, node, 'del', trimmed)
      return
    case 'inlineCode':
      draft.html += '<code>'
      writeText(draft, node.value, trimmed, withSpaces)
      draft.html += '</code>'
      return
    case 'break':
      draft.html += '<br>'
      lineEnd(draft)
      return
    case 'link':
      writeLink(draft, node, node, trimmed)
      return
    case 'linkReference':
      writeLink(draft, node, definitionOf(draft, node), trimmed)
      return
    case 'image':
      writeImage(draft, node, node)
      return
    case 'imageReference':
      writeImage(draft, node, definitionOf(draft, node))
      return
    case 'footnoteReference':
      writeReference(draft, node)
      return
    default:
      draft.isPlain = false
  }
}

/** The text of a heading, from which its id is made. Null with a footnote in it, whose number is not known yet. */
export function textOf(nodes: readonly PhrasingContent[]): string | null {
  let text = ''
  for (const node of nodes) {
    if (node.type === 'footnoteReference') return null
    if (node.type === 'break') text += '\n'
    else if ('value' in node) text += node.value
    else if ('children' in node) {
      const inside = textOf(node.children)
      if (inside === null) return null
      text += inside
    }
  }
  return text
}

/** Line ends, and what HTML has another spelling for. Most texts have neither, and are written as they are. */
const UNLIKE = /[\r\n<&]/

function writeText(draft: Draft, value: string, trimmed: boolean, withLines: (text: string) => string): void {
  if (!trimmed && !UNLIKE.test(value)) {
    draft.html += value
    draft.prose += value
    return
  }
  const lines = withLines(value)
  const text = trimmed ? lines.replace(/^[\t ]+/, '') : lines
  draft.html += escapeText(text)
  draft.prose += text
}

function withSpaces(text: string): string {
  return text.replace(/\r?\n|\r/g, ' ')
}

function writeSpan(draft: Draft, node: Node & { children: PhrasingContent[] }, name: string, trimmed: boolean): void {
  draft.html += `<${name}>`
  writeInlines(draft, node.children, trimmed)
  draft.html += `</${name}>`
}

function definitionOf(draft: Draft, { identifier }: LinkReference | ImageReference): Resource | undefined {
  return draft.definitions.links.get(identifier.toUpperCase())
}

/** Characters that an address may hold as they are, `%` left out: it has a meaning. */
const PLAIN_ADDRESS = /^[!#$&-;=?-Z_a-z~]*$/

function addressOf({ url }: Resource): string {
  return PLAIN_ADDRESS.test(url) ? url : normalizeUri(url)
}

type Linking = Node & { children: PhrasingContent[] }

function writeLink(draft: Draft, node: Linking, to: Resource | undefined, trimmed: boolean): void {
  if (to === undefined) {
    draft.isPlain = false
    return
  }
  const url = addressOf(to)
  draft.html += '<a href="'
  const start = draft.html.length
  draft.html += escapeAttribute(url)
  if (url.startsWith('#')) draft.fragments.push({ url, line: lineOf(draft, node) })
  if (isOfSite(url)) draft.slots.push({ kind: 'link', url, line: lineOf(draft, node), start, end: draft.html.length })
  draft.html += hasText(to.title) ? `" title="${escapeAttribute(to.title)}">` : '">'
  writeInlines(draft, node.children, trimmed)
  draft.html += '</a>'
}

function writeImage(draft: Draft, node: Node & { alt?: string | null | undefined }, of: Resource | undefined): void {
  if (of === undefined || !hasText(node.alt)) {
    draft.isPlain = false
    return
  }
  draft.images += 1
  const url = addressOf(of)
  const attributes: Record<string, string> = { alt: node.alt }
  if (hasText(of.title)) attributes.title = of.title
  if (draft.images > 1) attributes.loading = 'lazy'
  attributes.decoding = 'async'
  const start = draft.html.length
  draft.html += `<img src="${escapeAttribute(url)}"`
  for (const [name, value] of Object.entries(attributes)) draft.html += ` ${name}="${escapeAttribute(value)}"`
  end(draft, '>')
  if (isOfSite(url))
    draft.slots.push({ kind: 'image', url, attributes, line: lineOf(draft, node), start, end: draft.html.length })
}

/** The parser knows the lines of all nodes but addresses that it made links of, and these lead elsewhere. */
function lineOf(draft: Draft, { position }: Node): number {
  if (position === undefined) draft.isPlain = false
  return position?.start.line ?? 1
}

/** An empty text is one too. */
function hasText(text: string | null | undefined): text is string {
  return text !== null && text !== undefined
}

function writeReference(draft: Draft, node: FootnoteReference): void {
  // How often a note is referred to must be known before the notes are written.
  if (draft.inFootnotes) draft.isPlain = false
  const name = node.identifier.toLowerCase()
  const number = noteNumber(draft, name)
  const note = draft.notes.get(number) ?? { name, number, place: draft.notes.size + 1, references: 0 }
  draft.notes.set(number, note)
  note.references += 1
  const id = `fnref-${number}${note.references > 1 ? `-${note.references}` : ''}`
  draft.html += `<sup><a href="#fn-${number}" id="${id}" data-footnote-ref aria-describedby="footnote-label">`
  draft.ids.push(id)
  draft.html += `${note.place}</a></sup>`
}
