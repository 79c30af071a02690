import { DrowseError } from '../errors/drowse-error.ts'
import type { Json } from '../protocol/types.ts'

const MAX_DEPTH = 200

/**
 * The value as JSON with its objects' keys sorted, so that equal payloads have equal text. Throws `form-invalid` for a value nested deeper
 * than 200.
 */
export function canonicalJson(value: Json, depth = 0): string {
  if (depth > MAX_DEPTH) throw new DrowseError('form-invalid', `The payload is nested more than ${MAX_DEPTH} deep.`)
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (isList(value)) return `[${value.map((item) => canonicalJson(item, depth + 1)).join(',')}]`
  const members = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member, depth + 1)}`)
  return `{${members.join(',')}}`
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
