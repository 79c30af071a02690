import { styleText } from 'node:util'
import type { DrowseError } from '../errors/drowse-error.ts'
import type { Problem } from '../protocol/types.ts'

type Style = Parameters<typeof styleText>[0]

/** Where verbs print. People get colour and progress; a pipe gets plain lines; `--json` gets JSON values, one a line, and nothing else. */
export interface Terminal {
  readonly json: boolean
  line(text?: string): void
  /** A line that the next one overwrites; silent in a pipe. */
  progress(text: string): void
  error(error: DrowseError): void
  problems(problems: readonly Problem[]): void
  /** For programs: what the verb came to, or, of a verb that goes on, what has just happened. Silent without `--json`. */
  result(value: unknown): void
  style(style: Style, text: string): string
}

/** Nobody reads thousands, and printing them takes longer than finding them. */
const MOST_PROBLEMS = 200

/** Errors come before warnings where not all can be shown. */
const rank = ({ severity }: Problem) => (severity === 'error' ? 0 : 1)

/** The terminal of this process. */
export function openTerminal({ json }: { readonly json: boolean }): Terminal {
  const live = process.stderr.isTTY && !json
  let hasProgress = false

  function clear(): void {
    if (hasProgress) process.stderr.write('\r\u001b[K')
    hasProgress = false
  }

  const style = (name: Style, text: string): string => styleText(name, text, { stream: process.stdout })
  const errorStyle = (name: Style, text: string): string => styleText(name, text, { stream: process.stderr })

  return {
    json,
    style,
    line(text = '') {
      clear()
      if (!json) process.stdout.write(`${text}\n`)
    },
    progress(text) {
      if (!live) return
      process.stderr.write(`\r\u001b[K${text}`)
      hasProgress = true
    },
    error(error) {
      clear()
      if (json) {
        const { code, message, hint, details } = error
        process.stdout.write(`${JSON.stringify({ error: { code, message, hint, details } })}\n`)
        return
      }
      process.stderr.write(`${errorStyle(['red', 'bold'], 'error')} ${error.message} ${errorStyle('dim', `(${error.code})`)}\n`)
      if (error.hint !== undefined) process.stderr.write(`      ${error.hint}\n`)
    },
    problems(problems) {
      clear()
      if (json) return
      const shown =
        problems.length > MOST_PROBLEMS ? problems.toSorted((a, b) => rank(a) - rank(b)).slice(0, MOST_PROBLEMS) : problems
      for (const problem of shown) process.stderr.write(`${problemLines(problem, errorStyle)}\n`)
      const more = problems.length - shown.length
      if (more > 0) process.stderr.write(`… and ${counted(more, 'problem')} more; \`--json\` tells all of them.\n`)
    },
    result(value) {
      if (json) process.stdout.write(`${JSON.stringify(value)}\n`)
    },
  }
}

function problemLines(problem: Problem, style: (name: Style, text: string) => string): string {
  const place = [problem.where, problem.line, problem.column].filter((part) => part !== undefined).join(':')
  const label = problem.severity === 'error' ? style('red', 'error') : style('yellow', 'warning')
  const hint = problem.hint === undefined ? '' : `\n  ${problem.hint}`
  return `${style('bold', place)} ${label} ${problem.message} ${style('dim', problem.rule)}${hint}`
}

/** "1 page", "2 pages". */
export function counted(count: number, noun: string): string {
  // Not by `toLocaleString`, whose tables take longer to load than a build with nothing to do may last.
  const grouped = String(count).replace(/\B(?=(?:\d{3})+$)/g, ',')
  return `${grouped} ${noun}${count === 1 ? '' : 's'}`
}

/** Nanoseconds as people read them: "0.42 ms", "12 ms", "1.3 s". */
export function duration(ns: number): string {
  const ms = ns / 1e6
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`
  return `${ms >= 10 ? ms.toFixed(0) : ms.toFixed(ms >= 1 ? 1 : 2)} ms`
}
