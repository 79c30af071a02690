import { createRequire } from 'node:module'
import type { Document, Node, Pair, YAMLError } from 'yaml'
import type { Problem } from '../protocol/types.ts'
import { readPlainYaml } from './plain-yaml.ts'

let loaded: typeof import('yaml') | null = null

/** The full parser, loaded with the first YAML that is not plain: 72 modules. */
function yaml(): typeof import('yaml') {
  loaded ??= createRequire(import.meta.url)('yaml') as typeof import('yaml')
  return loaded
}

/** Keys and list positions that lead to a value. */
export type YamlPath = readonly PropertyKey[]

export interface Place {
  readonly line: number
  readonly column: number
}

/** YAML text that is a mapping, with the way back from each value to its place in the file. */
export interface YamlSource {
  readonly value: Readonly<Record<string, unknown>>
  /** Where the value at `path` is written, or its key. Falls back on the nearest thing around it that exists. */
  place(path: YamlPath, part: 'key' | 'value'): Place
  /** A plain scalar as it is written (`1.10`, not 1.1), or null for anything else. */
  written(path: YamlPath): string | null
}

export interface YamlResult {
  /** Null if there is an error among the problems. */
  readonly source: YamlSource | null
  readonly problems: readonly Problem[]
}

interface YamlOptions {
  readonly where: string
  /** The first part of the rule ids: `config` gives `config/invalid-yaml`. */
  readonly rules: string
  /** The line of the file on which `text` begins. */
  readonly firstLine?: number
}

const HINTS: Partial<Record<YAMLError['code'], string>> = {
  BLOCK_AS_IMPLICIT_KEY: 'Put quotes around a value that holds a colon: `title: "One: two"`.',
  DUPLICATE_KEY: 'Keep one of the two.',
  MULTIPLE_DOCS: 'Remove the line that holds only `...` or `---`.',
  TAB_AS_INDENT: 'Indent with spaces.',
  BAD_SCALAR_START: 'Put quotes around a value that begins with a special character such as `@` or a backtick.',
  MISSING_CHAR: 'Close the quotes or the bracket, or put quotes around the whole value.',
}

/** Parses YAML 1.2 whose top is a mapping; empty text is an empty one. Never throws. */
export function readYaml(text: string, options: YamlOptions): YamlResult {
  const value = readPlainYaml(text)
  return value === null ? parseYaml(text, options) : { source: plainSource(value, text, options), problems: [] }
}

/** The places are only looked for where something is wrong, and then by the parser that knows them. */
function plainSource(value: YamlSource['value'], text: string, options: YamlOptions): YamlSource {
  let parsed: YamlSource | null = null
  const full = () => {
    parsed ??= parseYaml(text, options).source
    return parsed
  }
  return {
    value,
    place: (path, part) => full()?.place(path, part) ?? { line: options.firstLine ?? 1, column: 1 },
    written: (path) => full()?.written(path) ?? null,
  }
}

function parseYaml(text: string, options: YamlOptions): YamlResult {
  const { LineCounter, parseDocument } = yaml()
  const lines = new LineCounter()
  const firstLine = options.firstLine ?? 1
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(line, 1) + firstLine - 1, column: Math.max(col, 1) }
  }
  const problem = (offset: number, message: string, severity: Problem['severity'], rule: string, hint?: string): Problem => ({
    where: options.where,
    ...placeOf(offset),
    rule: `${options.rules}/${rule}`,
    message,
    severity,
    ...(hint === undefined ? {} : { hint }),
  })
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'silent' })
    const problems = [
      ...firstPerLine(document.errors, placeOf).map((fault) =>
        problem(fault.pos[0], sentence(fault.message), 'error', 'invalid-yaml', HINTS[fault.code]),
      ),
      ...firstPerLine(document.warnings, placeOf).map((fault) =>
        problem(fault.pos[0], sentence(fault.message), 'warning', 'invalid-yaml', HINTS[fault.code]),
      ),
    ]
    problems.push(
      ...selfHolding(document).map(({ name, offset }) =>
        problem(offset, `\`*${name}\` lies within what \`&${name}\` names, so it would hold itself.`, 'error', 'cyclic-alias'),
      ),
    )
    if (problems.some(({ severity }) => severity === 'error')) return { source: null, problems }
    const value: unknown = document.toJS() ?? {}
    if (!isMapping(value)) {
      problems.push(
        problem(
          0,
          'This should be a list of `key: value` lines.',
          'error',
          'not-a-mapping',
          'Begin with a line such as `title: My title`.',
        ),
      )
      return { source: null, problems }
    }
    return { source: sourceOf(document, value, placeOf), problems }
  } catch (error) {
    // Hostile nesting overflows the stack inside the parser, and aliases that multiply are refused by an exception.
    const reason = error instanceof Error ? error.message : String(error)
    return { source: null, problems: [problem(0, `This YAML can’t be read: ${sentence(reason)}`, 'error', 'invalid-yaml')] }
  }
}

/** The aliases that stand within their own anchor's value. YAML allows them; nothing that keeps JSON can. */
function selfHolding(document: Document): readonly { readonly name: string; readonly offset: number }[] {
  const { isCollection, visit } = yaml()
  const found: { readonly name: string; readonly offset: number }[] = []
  visit(document, {
    Alias(_, alias, ancestors) {
      const anchor = ancestors.find((node) => isCollection(node) && node.anchor === alias.source)
      if (anchor !== undefined && alias.resolve(document) === anchor)
        found.push({ name: alias.source, offset: alias.range?.[0] ?? 0 })
    },
  })
  return found
}

export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function sourceOf(document: Document, value: Record<string, unknown>, placeOf: (offset: number) => Place): YamlSource {
  return {
    value,
    place(path, part) {
      const { node, key } = find(document, path)
      const shown = part === 'key' ? (key ?? node) : (node ?? key)
      return placeOf(shown?.range?.[0] ?? 0)
    },
    written(path) {
      const { node, found } = find(document, path)
      return found && yaml().isScalar(node) && node.value !== null ? (node.source ?? String(node.value)) : null
    },
  }
}

const MOST_FAULTS = 10

/** One fault breeds others behind it: the first of each line is worth telling, and no more than a screenful. */
function firstPerLine<F extends YAMLError>(faults: readonly F[], placeOf: (offset: number) => Place): F[] {
  const byLine = Map.groupBy(faults, (fault) => placeOf(fault.pos[0]).line)
  return [...byLine.values()].flatMap((sameLine) => sameLine.slice(0, 1)).slice(0, MOST_FAULTS)
}

interface Found {
  readonly node: Node | null
  readonly key: Node | null
  readonly found: boolean
}

/** Follows `path` as far as it leads. */
function find(document: Document, path: YamlPath): Found {
  const { isAlias, isMap, isScalar, isSeq } = yaml()
  let at: Found = { node: asNode(document.contents), key: null, found: true }
  for (const step of path) {
    const node = isAlias(at.node) ? (at.node.resolve(document) ?? null) : at.node
    if (isMap(node)) {
      const pair: Pair | undefined = node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(step))
      if (pair === undefined) return { ...at, found: false }
      at = { node: asNode(pair.value), key: asNode(pair.key), found: true }
    } else if (isSeq(node)) {
      at = { node: asNode(node.items[Number(step)]), key: null, found: true }
    } else return { ...at, found: false }
  }
  return at
}

function asNode(value: unknown): Node | null {
  const { isAlias, isMap, isScalar, isSeq } = yaml()
  return isScalar(value) || isMap(value) || isSeq(value) || isAlias(value) ? value : null
}

function sentence(message: string): string {
  const line = message.split('\n', 1)[0] ?? message
  return /[.!?]$/.test(line) ? line : `${line}.`
}
