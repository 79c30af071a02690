import { createRequire } from 'node:module'
import type { Root } from 'mdast'
import { unified } from 'unified'
import type { ParseOptions, Parser } from '../types.ts'

type Parse = (markdown: string) => Root

let loaded: { readonly plain: Parse; readonly withDirectives: Parse } | null = null

/** Loaded with the first text: 110 modules, for a parser that few sites ask for. */
function load() {
  const { default: remarkParse } = createRequire(import.meta.url)('remark-parse') as typeof import('remark-parse')
  const { default: remarkGfm } = createRequire(import.meta.url)('remark-gfm') as typeof import('remark-gfm')
  const { default: remarkDirective } = createRequire(import.meta.url)('remark-directive') as typeof import('remark-directive')
  const plain = unified().use(remarkParse).use(remarkGfm, { singleTilde: true }).freeze()
  const withDirectives = plain().use(remarkDirective).freeze()
  return { plain: (text: string) => plain.parse(text), withDirectives: (text: string) => withDirectives.parse(text) }
}

/** The reference parser: slower, with exact positions and micromark's syntax extensions. */
export const remarkParser = {
  name: 'remark',
  parse(markdown, options?: ParseOptions) {
    loaded ??= load()
    return options?.directives ? loaded.withDirectives(markdown) : loaded.plain(markdown)
  },
} satisfies Parser
