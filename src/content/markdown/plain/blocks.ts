import type { Code, Heading, List, ListItem, Nodes, Paragraph, RootContent, Table, TableRow } from 'mdast'
import { onOneLine } from '../../one-line.ts'
import { checkboxLabel, tableLabel } from '../accessible-elements.ts'
import { highlighted } from '../highlight-blocks.ts'
import { escapeAttribute, escapeText } from '../write-html.ts'
import { type Draft, end, lineEnd, noteNumber } from './draft.ts'
import { textOf, writeInlines } from './inlines.ts'

export function writeBlock(draft: Draft, node: RootContent): void {
  switch (node.type) {
    case 'paragraph':
      writeParagraph(draft, node)
      return
    case 'heading':
      writeHeading(draft, node)
      return
    case 'list':
      writeList(draft, node)
      return
    case 'code':
      writeCode(draft, node)
      return
    case 'blockquote':
      draft.html += '<blockquote>'
      lineEnd(draft)
      for (const child of node.children) {
        if (isOutside(draft, child)) continue
        writeBlock(draft, child)
        lineEnd(draft)
      }
      end(draft, '</blockquote>')
      return
    case 'table':
      writeTable(draft, node)
      return
    case 'thematicBreak':
      draft.html += '<hr>'
      end(draft, '')
      return
    default:
      draft.isPlain = false
  }
}

/** True for a definition, which shows nothing where it stands. A footnote gets its number there. */
export function isOutside(draft: Draft, node: Nodes): boolean {
  if (node.type !== 'footnoteDefinition') return node.type === 'definition'
  if (draft.inFootnotes) draft.isPlain = false
  noteNumber(draft, node.identifier.toLowerCase())
  return true
}

interface ParagraphParts {
  /** Without tags of its own. */
  readonly isBare?: boolean
  /** HTML before its text. */
  readonly box?: string
  /** HTML behind it. */
  readonly links?: string
}

export function writeParagraph(
  draft: Draft,
  node: Paragraph,
  { isBare = false, box = '', links = '' }: ParagraphParts = {},
): void {
  draft.html += isBare ? box : `<p>${box}`
  writeInlines(draft, node.children)
  draft.html += links
  if (!isBare) end(draft, '</p>')
}

function writeHeading(draft: Draft, node: Heading): void {
  const text = textOf(node.children)
  // Those of footnotes are no part of the outline.
  if (text === null || draft.inFootnotes) {
    draft.isPlain = false
    return
  }
  const words = onOneLine(text)
  const depth = draft.fittedLevel(node.depth)
  const id = draft.headingIds.idFor(words)
  draft.headings.push({ depth, id, text: words })
  draft.ids.push(id)
  draft.html += `<h${depth} id="${escapeAttribute(id)}">`
  writeInlines(draft, node.children)
  end(draft, `</h${depth}>`)
}

function writeList(draft: Draft, node: List): void {
  const isLoose = node.spread || node.children.some(isSpread)
  const name = node.ordered ? 'ol' : 'ul'
  const start = typeof node.start === 'number' && node.start !== 1 ? ` start="${node.start}"` : ''
  const tasks = node.children.some(isTask) ? ' class="contains-task-list"' : ''
  draft.html += `<${name}${start}${tasks}>`
  lineEnd(draft)
  for (const item of node.children) {
    writeItem(draft, item, isLoose)
    lineEnd(draft)
  }
  end(draft, `</${name}>`)
}

function isSpread({ spread, children }: ListItem): boolean {
  return spread ?? children.length > 1
}

function isTask({ checked }: ListItem): boolean {
  return typeof checked === 'boolean'
}

/** In a list that is not loose, paragraphs are bare text, and no line ends before a first one or after a last one. */
function writeItem(draft: Draft, item: ListItem, isLoose: boolean): void {
  const task = isTask(item)
  draft.html += task ? '<li class="task-list-item">' : '<li>'
  let isFirst = true
  let endsBare = true
  for (const node of item.children) {
    if (isOutside(draft, node)) continue
    const isBare = node.type === 'paragraph' && !isLoose
    if (!isBare || !isFirst) lineEnd(draft)
    const box = task && isFirst ? checkbox(item) : ''
    if (node.type === 'paragraph') writeParagraph(draft, node, { isBare, box })
    else writeBlock(draft, node)
    if (box !== '' && (node.type !== 'paragraph' || node.children.length === 0)) draft.isPlain = false
    isFirst = false
    endsBare = isBare
  }
  if (task && isFirst) draft.isPlain = false
  if (!endsBare) lineEnd(draft)
  end(draft, '</li>')
}

function checkbox({ checked }: ListItem): string {
  return `<input type="checkbox"${checked ? ' checked' : ''} disabled aria-label="${checkboxLabel(checked === true)}"> `
}

function writeCode(draft: Draft, node: Code): void {
  const text = node.value === '' ? '' : `${node.value}\n`
  const language = node.lang ? (node.lang.split(/\s+/)[0] ?? '') : null
  const name = language === null ? '' : ` class="language-${escapeAttribute(language)}"`
  const coloured = draft.highlight && language !== null ? highlighted(text, language.toLowerCase(), draft.code) : ''
  draft.html += `<pre tabindex="0"><code${name}>${coloured === '' ? escapeText(text) : coloured}`
  end(draft, '</code></pre>')
}

function writeTable(draft: Draft, node: Table): void {
  draft.tables += 1
  const [head, ...rows] = node.children
  draft.html += `<section class="table" tabindex="0" aria-label="${tableLabel(draft.tables)}"><table>`
  lineEnd(draft)
  writeRows(draft, 'thead', 'th', head === undefined ? [] : [head], node)
  writeRows(draft, 'tbody', 'td', rows, node)
  end(draft, '</table></section>')
}

function writeRows(draft: Draft, name: string, cellName: string, rows: readonly TableRow[], { align }: Table): void {
  if (rows.length === 0) return
  draft.html += `<${name}>`
  lineEnd(draft)
  for (const row of rows) {
    draft.html += '<tr>'
    lineEnd(draft)
    for (let column = 0; column < (align?.length ?? row.children.length); column++) {
      const cell = row.children[column]
      const to = align?.[column]
      const start = to ? `<${cellName} class="align-${to}">` : `<${cellName}>`
      draft.html += start
      if (cell !== undefined) writeInlines(draft, cell.children)
      end(draft, `</${cellName}>`)
      lineEnd(draft)
    }
    end(draft, '</tr>')
    lineEnd(draft)
  }
  end(draft, `</${name}>`)
  lineEnd(draft)
}
