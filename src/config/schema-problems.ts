import type * as v from 'valibot'
import type { Problem } from '../protocol/types.ts'
import { nearMiss } from './near-miss.ts'
import { isMapping, type YamlPath, type YamlSource } from './yaml-source.ts'

/** What a schema found wrong, at the line where it is written. `rule` is the rule's id. */
export function issueProblem(issue: v.BaseIssue<unknown>, yaml: YamlSource, where: string, rule: string, hint?: string): Problem {
  const path: YamlPath = issue.path?.map((item) => String(item.key)) ?? []
  return {
    where,
    ...yaml.place(path, 'value'),
    rule,
    message: describeIssue(issue, path),
    severity: 'error',
    ...(hint === undefined ? {} : { hint }),
  }
}

/** True where the issue is that a required key is absent. */
export function isMissing(issue: v.BaseIssue<unknown>): boolean {
  return issue.received === 'undefined'
}

/** "Did you mean `title`?" for `titel`; null where no known key is near. */
export function nearMissHint(key: string, known: Iterable<string>): string | null {
  const meant = nearMiss(key, known)
  return meant === null || meant === key ? null : `Did you mean \`${meant}\`?`
}

function describeIssue(issue: v.BaseIssue<unknown>, path: YamlPath): string {
  const name = `\`${path.map(String).join('.')}\``
  if (isMissing(issue)) return `${name} is missing.`
  // valibot's own words for a wrong type; anything else was written for this field.
  if (issue.kind === 'schema' && issue.message.startsWith('Invalid '))
    return `${name} should be ${expectation(issue.expected)}, not ${received(issue)}.`
  return `${name}: ${issue.message}`
}

const WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  boolean: '`true` or `false`',
  Array: 'a list',
  Object: 'a group of keys',
}

function expectation(expected: string | null): string {
  const options = (expected ?? 'something else').replace(/^\((.*)\)$/, '$1').split(' | ')
  const named = options
    .filter((option) => option !== 'null' && option !== 'undefined')
    .map((option) => WORDS[option] ?? option.replaceAll('"', '`'))
  return named.join(' or ')
}

function received(issue: v.BaseIssue<unknown>): string {
  if (typeof issue.input === 'string') return `\`${issue.input.length > 60 ? `${issue.input.slice(0, 60)}…` : issue.input}\``
  return WORDS[issue.received] === undefined
    ? issue.received
    : ({ Array: 'a list', Object: 'a group of keys' }[issue.received] ?? `\`${String(issue.input)}\``)
}

/**
 * A copy of `value` in which scalars that YAML took for numbers or booleans are text again, as written, where the schema wants text
 * (`title: 2024`), and known keys that are left empty are gone (`date:`).
 */
export function prepareFields(entries: v.ObjectEntries, yaml: YamlSource): Record<string, unknown> {
  const prepared = Object.entries(yaml.value).flatMap(([key, value]): [string, unknown][] => {
    const schema = Object.hasOwn(entries, key) ? entries[key] : undefined
    if (schema === undefined) return [[key, value]]
    if (value === null) return []
    if (typeof value !== 'string' && wantsText(schema)) return [[key, yaml.written([key]) ?? value]]
    return [[key, value]]
  })
  return Object.fromEntries(prepared)
}

function wantsText(schema: unknown): boolean {
  if (!isMapping(schema)) return false
  return schema.type === 'string' || wantsText(schema.wrapped)
}
