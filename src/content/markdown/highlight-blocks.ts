import { hash } from 'node:crypto'
import type { Element, Root } from 'hast'
import { toString as textOf } from 'hast-util-to-string'
import type { CodeCache } from '../types.ts'
import { eachElement } from './each-element.ts'
import { highlightCode } from './highlight-code.ts'

/** Colours the code blocks that name a language. The rest of the pipeline must be done: what stands in for the text is finished HTML. */
export function highlightBlocks(tree: Root, cache: CodeCache): void {
  eachElement(tree, (node) => {
    if (node.tagName !== 'pre') return undefined
    const [block] = node.children
    const language = block?.type === 'element' ? languageOf(block) : null
    if (block?.type !== 'element' || language === null) return 'skip'
    const html = highlighted(textOf(block), language, cache)
    if (html !== '') block.children = [{ type: 'raw', value: html }]
    return 'skip'
  })
}

const LANGUAGE = 'language-'

function languageOf({ tagName, properties }: Element): string | null {
  if (tagName !== 'code' || !Array.isArray(properties.className)) return null
  const named = properties.className.map(String).find((name) => name.startsWith(LANGUAGE))
  return named?.slice(LANGUAGE.length).toLowerCase() ?? null
}

/** Code in a language, named in small letters, as coloured HTML; '' for one that nobody knows how to colour. */
export function highlighted(text: string, language: string, cache: CodeCache): string {
  const key = hash('sha256', `${language}\n${text}`)
  const known = cache.get(key)
  if (known !== null) return known
  const html = highlightCode(text, language) ?? ''
  cache.set(key, html)
  return html
}
