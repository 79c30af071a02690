import remarkDirective from 'remark-directive'
import remarkGfm from 'remark-gfm'
import remarkParse from 'remark-parse'
import { unified } from 'unified'
import type { ParseOptions, Parser } from '../types.ts'

const processor = unified().use(remarkParse).use(remarkGfm, { singleTilde: true }).freeze()
const withDirectives = processor().use(remarkDirective).freeze()

/** The reference parser: slower, with exact positions and micromark's syntax extensions. */
export const remarkParser = {
  name: 'remark',
  parse: (markdown, options?: ParseOptions) => (options?.directives ? withDirectives : processor).parse(markdown),
} satisfies Parser
