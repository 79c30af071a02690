import * as v from 'valibot'
import type { Parsed } from '../gateway/types.ts'
import type { Json, Problem } from '../protocol/types.ts'

/** What a form's schema makes of what was sent. */
export function checked(schema: v.GenericSchema<unknown, Json>, input: Json): Parsed {
  const parsed = v.safeParse(schema, input, { abortPipeEarly: true })
  return parsed.success ? { ok: true, payload: parsed.output } : { ok: false, problems: parsed.issues.map(problemOf) }
}

function problemOf(issue: v.BaseIssue<unknown>): Problem {
  return { where: v.getDotPath(issue) ?? 'form', rule: 'form/invalid', message: issue.message, severity: 'error' }
}
