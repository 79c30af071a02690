import * as v from 'valibot'
import { inEnglish, sayingOfIssue } from '../errors/words/say.ts'
import type { Parsed } from '../gateway/types.ts'
import type { Json, Problem } from '../protocol/types.ts'

/** What a form's schema makes of what was sent. */
export function checked(schema: v.GenericSchema<unknown, Json>, input: Json): Parsed {
  const parsed = v.safeParse(schema, input, { abortPipeEarly: true })
  return parsed.success ? { ok: true, payload: parsed.output } : { ok: false, problems: parsed.issues.map(problemOf) }
}

function problemOf(issue: v.BaseIssue<unknown>): Problem {
  const where = v.getDotPath(issue) ?? 'form'
  const saying = sayingOfIssue(issue)
  if (saying === null) return { where, rule: 'form/invalid', message: issue.message, severity: 'error' }
  return { where, rule: 'form/invalid', message: inEnglish(saying), saying, severity: 'error' }
}
