import { parse as parseToml, TomlError } from 'smol-toml'
import { isMapping, readYaml } from '../config/yaml-source.ts'
import { decodeSource } from '../content/source-text.ts'
import type { Problem } from '../protocol/types.ts'
import type { Fields, OldFile } from './types.ts'

/** A file taken apart. */
export interface Parted {
  readonly fields: Fields
  /** Whether there was any front matter: Jekyll and Hugo copy a file without as it is. */
  readonly hasFields: boolean
  readonly body: string
  readonly bodyLine: number
}

const FENCES = [
  { opening: /^---[ \t]*\n/, closing: /^---[ \t]*(?:\n|$)/gm, read: readYamlFields },
  { opening: /^---json[ \t]*\n/, closing: /^---[ \t]*(?:\n|$)/gm, read: readJsonFields },
  { opening: /^\+\+\+[ \t]*\n/, closing: /^\+\+\+[ \t]*(?:\n|$)/gm, read: readTomlFields },
  { opening: /^(?=\{[ \t]*\n)/, closing: /^\}[ \t]*(?:\n|$)/gm, read: readJsonFields },
] as const

/** A file’s front matter, in YAML, TOML or JSON, and its text. A problem where it is not text or its front matter can’t be read. Never throws. */
export function partFile(file: OldFile): Parted | Problem {
  const text = decodeSource({ path: file.path, bytes: file.read() })
  if (typeof text !== 'string') return text
  for (const { opening, closing, read } of FENCES) {
    const open = opening.exec(text)
    if (open === null) continue
    closing.lastIndex = open[0].length
    const close = closing.exec(text)
    if (close === null) return unreadable(file.path, 1, 'it has no end.')
    const isOwnJson = open[0] === ''
    const inner = text.slice(open[0].length, isOwnJson ? close.index + 1 : close.index)
    const fields = read(inner, file.path)
    if (isProblem(fields)) return fields
    const before = text.slice(0, close.index + close[0].length)
    return { fields, hasFields: true, body: text.slice(before.length), bodyLine: before.split('\n').length }
  }
  return { fields: {}, hasFields: false, body: text, bodyLine: 1 }
}

/** A settings or data file by its ending: YAML, TOML or JSON. */
export function readSettings(file: OldFile): Fields | Problem {
  const text = decodeSource({ path: file.path, bytes: file.read() })
  if (typeof text !== 'string') return text
  if (file.path.endsWith('.toml')) return readTomlFields(text, file.path)
  return file.path.endsWith('.json') ? readJsonFields(text, file.path) : readYamlFields(text, file.path, 1)
}

export function isProblem(value: object): value is Problem {
  return 'rule' in value && 'severity' in value && 'where' in value
}

function readYamlFields(text: string, where: string, firstLine = 2): Fields | Problem {
  const { source, problems } = readYaml(text, { where, rules: 'import', firstLine })
  return source?.value ?? problems[0] ?? unreadable(where, firstLine, 'it is not YAML.')
}

function readTomlFields(text: string, where: string): Fields | Problem {
  try {
    return parseToml(text)
  } catch (error) {
    const line = error instanceof TomlError ? error.line : 1
    const message = error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error)
    return unreadable(where, line + (where.endsWith('.toml') ? 0 : 1), message)
  }
}

function readJsonFields(text: string, where: string): Fields | Problem {
  try {
    const value: unknown = JSON.parse(text)
    return isMapping(value) ? value : unreadable(where, 1, 'it is not an object.')
  } catch (error) {
    return unreadable(where, 1, error instanceof Error ? error.message : String(error))
  }
}

function unreadable(where: string, line: number, why: string): Problem {
  return {
    where,
    line,
    rule: 'import/front-matter',
    message: `The front matter can’t be read: ${why}`,
    hint: 'Correct it there and import again; nothing of this file was taken.',
    severity: 'error',
  }
}
