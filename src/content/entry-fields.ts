import * as v from 'valibot'
import { toJson } from '../config/json.ts'
import { issueProblem, nearMissHint, prepareFields } from '../config/schema-problems.ts'
import type { YamlSource } from '../config/yaml-source.ts'
import type { Json, Problem } from '../protocol/types.ts'
import { COMMON_ADVICE, type CommonFields, commonEntries, termNames } from './common-fields.ts'
import type { Entry, EntryType, FieldFault } from './types.ts'

/** The front matter of one file, checked: the good fields are there even where others have problems. */
export interface EntryFields {
  readonly common: CommonFields
  readonly terms: Entry['terms']
  readonly data: { readonly [key: string]: Json }
  /** The common fields that are there, whether good or not. */
  readonly given: ReadonlySet<string>
  readonly problems: readonly Problem[]
}

/** Checks front matter against the common fields and the kind's own. A kind's field named like a common one is the common one. */
export function checkFields(
  source: YamlSource,
  type: EntryType,
  where: string,
  taxonomies: readonly string[] = ['tags'],
): EntryFields {
  const { all, own: ownSchema, filed: filedSchema } = schemasOf(type, taxonomies)
  const prepared = prepareFields(all, source)
  const common = v.safeParse(COMMON, prepared)
  const own = v.safeParse(ownSchema, prepared)
  const filed = v.safeParse(filedSchema, prepared)
  const filedIssues = (filed.issues ?? []).filter((issue) => !isCommon(issue.path?.[0]?.key))
  const ownIssues = (own.issues ?? []).filter((issue) => !isCommon(issue.path?.[0]?.key))
  const data = dataOf(prepared, own.success ? own.output : {})
  const faults = ownIssues.length === 0 ? (type.faults?.(data) ?? []) : []
  return {
    common: common.success ? common.output : {},
    terms: filed.success ? termsOf(taxonomies, { tags: common.success ? common.output.tags : [], ...filed.output }) : [],
    data,
    given: new Set(Object.keys(prepared).filter(isCommon)),
    problems: [
      ...(common.issues ?? []).map((issue) => commonProblem(issue, source, where)),
      ...filedIssues.map((issue) => issueProblem(issue, source, where, 'front-matter/invalid-tags', COMMON_ADVICE.tags?.hint)),
      ...ownIssues.map((issue) => issueProblem(issue, source, where, 'front-matter/invalid-field')),
      ...faults.map((fault) => faultProblem(fault, source, where)),
      ...misspelledKeys(prepared, Object.keys(all), source, where),
    ],
  }
}

const COMMON = v.object(commonEntries)

const term = v.optional(termNames)

interface Schemas {
  readonly all: v.ObjectEntries
  readonly own: v.ObjectSchema<v.ObjectEntries, undefined>
  /** The taxonomies but `tags`, which are a common field. */
  readonly filed: v.ObjectSchema<{ readonly [taxonomy: string]: typeof term }, undefined>
}

const schemas = new WeakMap<EntryType, Map<string, Schemas>>()

/** A kind's schemas, made once for each set of taxonomies. */
function schemasOf(type: EntryType, taxonomies: readonly string[]): Schemas {
  const ofType = schemas.get(type) ?? new Map<string, Schemas>()
  schemas.set(type, ofType)
  const key = taxonomies.join(' ')
  const known = ofType.get(key)
  if (known !== undefined) return known
  const filed = Object.fromEntries(taxonomies.filter((name) => name !== 'tags').map((name) => [name, term]))
  const made = { all: { ...filed, ...type.fields, ...commonEntries }, own: v.object(type.fields), filed: v.object(filed) }
  ofType.set(key, made)
  return made
}

function termsOf(taxonomies: readonly string[], filed: Readonly<Record<string, Entry['tags'] | undefined>>): Entry['terms'] {
  return taxonomies.flatMap((taxonomy) => (filed[taxonomy] ?? []).map((each) => ({ taxonomy, ...each })))
}

function isCommon(key: unknown): boolean {
  return typeof key === 'string' && Object.hasOwn(commonEntries, key)
}

function commonProblem(issue: v.BaseIssue<unknown>, source: YamlSource, where: string): Problem {
  const advice = COMMON_ADVICE[String(issue.path?.[0]?.key)]
  return issueProblem(issue, source, where, advice?.rule ?? 'front-matter/invalid-field', advice?.hint)
}

function faultProblem({ path, message }: FieldFault, source: YamlSource, where: string): Problem {
  return {
    where,
    ...source.place(path, 'value'),
    rule: 'front-matter/invalid-field',
    message: `\`${path.join('.')}\`: ${message}`,
    severity: 'error',
  }
}

/** The kind's own fields as its schema made them, and beside them whatever else the author wrote. */
function dataOf(written: Readonly<Record<string, unknown>>, own: Readonly<Record<string, unknown>>): EntryFields['data'] {
  const members = new Map<string, Json>()
  for (const [key, value] of Object.entries(written)) if (!isCommon(key)) members.set(key, toJson(value))
  for (const [key, value] of Object.entries(own)) if (!isCommon(key) && value !== undefined) members.set(key, toJson(value))
  return Object.fromEntries(members)
}

/** Other keys are the theme's to use, so one that looks like a slip is only pointed out, and only while the key it looks like is free. */
function misspelledKeys(
  written: Readonly<Record<string, unknown>>,
  known: readonly string[],
  source: YamlSource,
  where: string,
): Problem[] {
  const free = known.filter((key) => !Object.hasOwn(written, key))
  return Object.keys(written).flatMap((key) => {
    const hint = known.includes(key) ? null : nearMissHint(key, free)
    if (hint === null) return []
    const message = `\`${key}\` is not a key that Drowse reads; it is kept for the theme.`
    return [
      {
        where,
        ...source.place([key], 'key'),
        rule: 'front-matter/unknown-key',
        message,
        hint,
        severity: 'warning',
      } satisfies Problem,
    ]
  })
}
