import type { Root } from 'mdast'
import type { ParserName } from '../../config/types.ts'
import type { CodeCache } from '../types.ts'

/** Markdown → mdast (CommonMark with GFM). Replaceable: the rest of the pipeline never looks at the text itself. */
export interface Parser {
  /** Part of a body's hash. */
  readonly name: ParserName
  /** With `directives`, those of remark-directive too. Throws only where the nesting is too deep for the stack. */
  parse(markdown: string, options?: ParseOptions): Root
}

export interface ParseOptions {
  readonly directives: boolean
}

/** What decides, beside the Markdown, what becomes of it. */
export interface BodyOptions {
  readonly parser: Parser
  /** Whether code blocks that name a language are coloured. */
  readonly highlight: boolean
  /** Whether `$…$` and `$$…$$` are formulas. */
  readonly math: boolean
  /** Whether the words it has are gathered, for search. */
  readonly search: boolean
  /** Asked for highlighted code before it is made, and given it afterwards. */
  readonly code: CodeCache
}
