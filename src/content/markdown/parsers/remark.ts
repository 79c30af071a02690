import remarkGfm from 'remark-gfm'
import remarkParse from 'remark-parse'
import { unified } from 'unified'
import type { Parser } from '../types.ts'

const processor = unified().use(remarkParse).use(remarkGfm, { singleTilde: true }).freeze()

/** The reference parser: slower, with exact positions and micromark's syntax extensions. */
export const remarkParser = {
  name: 'remark',
  parse: (markdown) => processor.parse(markdown),
} satisfies Parser
