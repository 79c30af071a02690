import { readFileSync } from 'node:fs'
import { DrowseError } from '../../errors/drowse-error.ts'
import type { Problem } from '../../protocol/types.ts'
import type { Fault } from './types.ts'

/** Lines shown before and after the one that is wrong. */
const AROUND = 2
/** Of more faults than this only the first are shown with their lines. */
const EXCERPTS = 20

/** Problems as they are shown: each once, errors first, with their source lines. `fileOf` finds a problem's `where` on disk; null if it can't. */
export function toFaults(problems: readonly Problem[], fileOf: (where: string) => string | null): readonly Fault[] {
  const once = [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()]
  const sorted = once.toSorted((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'))
  return sorted.map((problem, index) => ({ ...problem, excerpt: index < EXCERPTS ? excerptOf(problem, fileOf) : [] }))
}

function excerptOf({ where, line }: Problem, fileOf: (where: string) => string | null): Fault['excerpt'] {
  const file = line === undefined ? null : fileOf(where)
  if (line === undefined || file === null) return []
  const lines = textOf(file).split(/\r?\n/)
  const start = Math.max(1, line - AROUND)
  return lines.slice(start - 1, line + AROUND).map((text, index) => ({ line: start + index, text: text.slice(0, 500) }))
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // The file went while we were at it; its problem is told without its lines.
    return ''
  }
}

/** What an error says, as problems: those it lists, or itself. `where` is used if it names no place. */
export function problemsOf(error: unknown, where: string): readonly Problem[] {
  const known = error instanceof DrowseError ? error : null
  const listed = known?.details.problems
  if (Array.isArray(listed) && listed.length > 0 && listed.every(isProblem)) return listed
  const message = error instanceof Error ? error.message : String(error)
  const hint = known?.hint
  return [{ where, rule: `dev/${known?.code ?? 'failed'}`, message, severity: 'error', ...(hint === undefined ? {} : { hint }) }]
}

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'where' in value && 'message' in value && 'severity' in value
}
