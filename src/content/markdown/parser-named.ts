import type { ParserName } from '../../config/types.ts'
import { remarkParser } from './parsers/remark.ts'
import { satteriParser } from './parsers/satteri.ts'
import type { Parser } from './types.ts'

const PARSERS: Readonly<Record<ParserName, Parser>> = { satteri: satteriParser, remark: remarkParser }

/** The parser that site.yaml's `parser` names. */
export function parserNamed(name: ParserName): Parser {
  return PARSERS[name]
}
