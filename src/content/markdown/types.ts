import type { Root } from 'mdast'
import type { ParserName } from '../../config/types.ts'

/** Markdown → mdast (CommonMark with GFM). Replaceable: the rest of the pipeline never looks at the text itself. */
export interface Parser {
  /** Part of a body's hash. */
  readonly name: ParserName
  /** Throws only where the nesting is too deep for the stack. */
  parse(markdown: string): Root
}
