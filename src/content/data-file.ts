import { createRequire } from 'node:module'
import { toJson } from '../config/json.ts'
import type { Json, Problem } from '../protocol/types.ts'
import { decodeSource } from './source-text.ts'
import type { SourceFile } from './types.ts'

const DATA = /^data\/(.+)\.(ya?ml|json|csv)$/i

/** What a data file is called by templates: `data/shops/berlin.csv` → `shops/berlin`. Null for any other file. */
export function dataName(path: string): string | null {
  return DATA.exec(path)?.[1] ?? null
}

// Parsers are loaded where they are called for: most sites have no such file.

/** What a data file holds: of a CSV file a list of rows, each with the names of its first line. Never throws on any content. */
export function readDataFile(file: SourceFile): { readonly value: Json; readonly problems: readonly Problem[] } {
  const text = decodeSource(file)
  if (typeof text !== 'string') return { value: null, problems: [text] }
  return /\.csv$/i.test(file.path) ? readCsv(file.path, text) : readYaml(file.path, text)
}

/** JSON is YAML, so one parser tells the place of a fault in either. */
function readYaml(path: string, text: string): { readonly value: Json; readonly problems: readonly Problem[] } {
  const { LineCounter, parseDocument } = createRequire(import.meta.url)('yaml') as typeof import('yaml')
  const lines = new LineCounter()
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'silent' })
    const [fault] = document.errors
    if (fault === undefined) return { value: toJson(document.toJS()), problems: [] }
    const { line, col } = lines.linePos(fault.pos[0])
    return faulty(path, fault.message, { line, column: col })
  } catch (error) {
    // Hostile nesting overflows the stack inside the parser, and aliases that multiply are refused by an exception.
    return faulty(path, error instanceof Error ? error.message : String(error), { line: 1, column: 1 })
  }
}

function readCsv(path: string, text: string): { readonly value: Json; readonly problems: readonly Problem[] } {
  const { CsvError, parse: parseCsv } = createRequire(import.meta.url)('csv-parse/sync') as typeof import('csv-parse/sync')
  try {
    return { value: toJson(parseCsv(text, { columns: true, trim: true, skip_empty_lines: true })), problems: [] }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const line = typeof error.lines === 'number' ? error.lines : 1
    return faulty(path, error.message, { line, column: 1 })
  }
}

function faulty(where: string, reason: string, place: { readonly line: number; readonly column: number }) {
  const [message = ''] = reason.split('\n', 1)
  const problem: Problem = {
    where,
    ...place,
    rule: 'data/invalid',
    message: `This data can’t be read: ${message.replace(/\.?$/, '.')}`,
    hint: 'Mend the line, or move the file out of `data/`.',
    severity: 'error',
  }
  return { value: null, problems: [problem] }
}
