import { CODES, type ErrorCode } from './codes.ts'

interface Options {
  /** What to do next, as a full sentence. */
  readonly hint?: string | undefined
  readonly cause?: unknown
  /** Plain values for programs: file, line, field, … */
  readonly details?: Readonly<Record<string, unknown>> | undefined
}

/** The one error class. `message` says what happened and why, `hint` what to do, `code` is one of the table's. */
export class DrowseError extends Error {
  override readonly name = 'DrowseError'
  readonly code: ErrorCode
  readonly hint: string | undefined
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, message: string, options: Options = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.hint = options.hint
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

/** Returns `error` itself if it is a `DrowseError`, else wraps it under `code`. */
export function asDrowseError(error: unknown, code: ErrorCode = 'internal'): DrowseError {
  if (error instanceof DrowseError) return error
  const message = error instanceof Error ? error.message : String(error)
  return new DrowseError(code, message, { cause: error })
}
