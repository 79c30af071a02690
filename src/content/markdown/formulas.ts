import { createRequire } from 'node:module'
import type { Element, ElementContent, Parents, Root } from 'hast'
import type { VFile } from 'vfile'
import type { BodyProblem } from '../types.ts'

// Formulas are taken out of the text before it is parsed, so that no `*` or `_` in them means anything, and every parser sees the same. In their places stand
// OPEN, the formula's number, CLOSE: characters that no text may hold (Unicode calls them noncharacters).
const OPEN = '\uFDD8'
const CLOSE = '\uFDD9'
const TOKEN = /\uFDD8(\d+)\uFDD9/g
const ESCAPED_TOKEN = /%EF%B7%98(\d+)%EF%B7%99/g

/** The element that stands for a formula until the HTML is written. */
export const FORMULA = 'drowse-formula'

export interface Formula {
  readonly tex: string
  /** With its dollars, as it stands in the text. */
  readonly source: string
  readonly display: boolean
  readonly line: number
}

const BLOCK = String.raw`(?<!\\)\$\$((?:(?!\n[ \t]*\n|\x60\x60\x60|\$\$)[\s\S])+)\$\$`
// As Pandoc has it: no space inside the dollars, and no digit after the second one, so that `$5 and $6` are prices.
const INLINE = String.raw`(?<![\\$\w])\$(?![\s$])((?:[^$\n\\\x60]|\\[^\n]|\n(?![ \t]*\n))*?(?:[^$\s\\\x60]|\\[^\s]))\$(?![\d$])`
const FORMULAS = new RegExp(`${BLOCK}|${INLINE}`, 'g')

/** A text without its formulas, and these. Lines keep their numbers. */
export function takeFormulas(markdown: string): { readonly text: string; readonly formulas: readonly Formula[] } {
  const formulas: Formula[] = []
  let line = 1
  let counted = 0
  const text = markdown.replace(FORMULAS, (source, block: string | undefined, inline: string | undefined, at: number) => {
    line += lineEnds(markdown.slice(counted, at))
    counted = at
    const prefix = markdown.slice(markdown.lastIndexOf('\n', at - 1) + 1, at)
    const isQuoted = prefix.includes('>')
    const tex = (block ?? inline ?? '').replace(isQuoted ? /\n[ \t]*(?:>[ \t]?)+/g : /$^/, '\n').trim()
    const number = formulas.push({ tex, source, display: block !== undefined, line }) - 1
    const standsAlone = !isQuoted && /^[ \t]*(?:\n|$)/.test(markdown.slice(at + source.length))
    return `${OPEN}${number}${CLOSE}${standsAlone ? '\n'.repeat(lineEnds(source)) : ''}`
  })
  return { text, formulas }
}

/** Makes elements of the formulas in `file.data.formulas`, and text again of what only looked like one, as in code. */
export function rehypeFormulas() {
  return (tree: Root, file: VFile): void => {
    const formulas = file.data.formulas as readonly Formula[] | undefined
    if (formulas !== undefined) place(tree, formulas)
  }
}

const NO_FORMULAS = new Set(['code', 'pre', 'script', 'style', 'textarea', 'title'])

function place(parent: Parents, formulas: readonly Formula[]): void {
  parent.children = parent.children.flatMap((child): Parents['children'] => {
    if (child.type === 'text') return split(child.value, formulas)
    if (child.type !== 'element') return [child]
    restoreAttributes(child, formulas)
    if (NO_FORMULAS.has(child.tagName)) restore(child, formulas)
    else place(child, formulas)
    return [isOnlyFormula(child) ?? child]
  }) as typeof parent.children
}

function split(text: string, formulas: readonly Formula[]): ElementContent[] {
  const parts: ElementContent[] = []
  let at = 0
  for (const { index, 0: token, 1: number = '' } of text.matchAll(TOKEN)) {
    const formula = formulas[Number(number)]
    if (formula === undefined) continue
    if (index > at) parts.push({ type: 'text', value: text.slice(at, index) })
    const children = [{ type: 'text' as const, value: formula.tex }]
    parts.push({ type: 'element', tagName: FORMULA, properties: { number: Number(number) }, children })
    at = index + token.length
  }
  if (at < text.length) parts.push({ type: 'text', value: text.slice(at) })
  return parts
}

/** A formula that has a paragraph to itself stands without it. */
function isOnlyFormula(node: Element): ElementContent | null {
  const [only, ...others] = node.children
  return node.tagName === 'p' && others.length === 0 && only?.type === 'element' && only.tagName === FORMULA ? only : null
}

function restore(node: Element, formulas: readonly Formula[]): void {
  for (const child of node.children) {
    if (child.type === 'text') child.value = restored(child.value, formulas)
    else if (child.type === 'element') restore(child, formulas)
  }
}

function restoreAttributes({ properties }: Element, formulas: readonly Formula[]): void {
  for (const [name, value] of Object.entries(properties))
    if (typeof value === 'string') properties[name] = restored(value, formulas)
}

function restored(text: string, formulas: readonly Formula[]): string {
  return text
    .replace(TOKEN, (token, number: string) => formulas[Number(number)]?.source ?? token)
    .replace(ESCAPED_TOKEN, (token, number: string) => encodeURI(formulas[Number(number)]?.source ?? token))
}

/** Formulas as MathML. One that can't be read is shown as it was written, and told. */
export function writeFormulas(formulas: readonly Formula[]): {
  readonly html: readonly string[]
  readonly problems: readonly BodyProblem[]
} {
  const problems: BodyProblem[] = []
  if (formulas.length === 0) return { html: [], problems }
  // Loaded with the first formula: most sites have none.
  const temml = createRequire(import.meta.url)('temml') as typeof import('temml').default
  const html = formulas.map(({ tex, source, display, line }) => {
    try {
      const math = temml.renderToString(tex, { displayMode: display, throwOnError: true, annotate: false })
      // A content security policy forbids styles.
      const plain = math.replace(/ style="[^"]*"/g, '')
      return display ? `<div class="formula" tabindex="0">${plain}</div>` : plain
    } catch (error) {
      const why = error instanceof Error ? (error.message.trim().split('\n')[0] ?? '') : String(error)
      const message = `The formula \`${source.split('\n')[0]}\` can’t be read: ${why}`
      problems.push({ line, rule: 'math/invalid', message, severity: 'warning' })
      return `<code>${source.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</code>`
    }
  })
  return { html, problems }
}

function lineEnds(text: string): number {
  return text.split('\n').length - 1
}
