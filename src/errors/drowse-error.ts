import { CODES, type ErrorCode } from './codes.ts'
import { inEnglish } from './words/say.ts'
import type { Saying } from './words/types.ts'

interface Options {
  /** What to do next, as a full sentence. */
  readonly hint?: string | Saying | undefined
  readonly cause?: unknown
  /** Plain values for programs: file, line, field, … */
  readonly details?: Readonly<Record<string, unknown>> | undefined
}

/**
 * The one error class. `message` says what happened and why, `hint` what to do, `code` is one of the table's. Both are English; what a visitor may meet is given as a
 * saying, which pages in other languages tell in theirs.
 */
export class DrowseError extends Error {
  override readonly name = 'DrowseError'
  readonly code: ErrorCode
  readonly hint: string | undefined
  /** The message, where other languages have it. */
  readonly saying: Saying | undefined
  readonly hintSaying: Saying | undefined
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, message: string | Saying, options: Options = {}) {
    super(textOf(message), options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.hint = options.hint === undefined ? undefined : textOf(options.hint)
    this.saying = typeof message === 'string' ? undefined : message
    this.hintSaying = typeof options.hint === 'string' ? undefined : options.hint
    this.details = options.details ?? {}
  }

  /** The HTTP status of this error's code. */
  get status(): number {
    return CODES[this.code].status
  }

  /** Whether the same request may succeed later. */
  get retry(): boolean {
    return CODES[this.code].retry
  }
}

function textOf(told: string | Saying): string {
  return typeof told === 'string' ? told : inEnglish(told)
}

/** Returns `error` itself if it is a `DrowseError`, else wraps it under `code`. */
export function asDrowseError(error: unknown, code: ErrorCode = 'internal'): DrowseError {
  if (error instanceof DrowseError) return error
  const message = error instanceof Error ? error.message : String(error)
  return new DrowseError(code, message, { cause: error })
}
