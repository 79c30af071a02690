import * as v from 'valibot'
import type { Problem } from '../protocol/types.ts'
import { toJsonObject } from './json.ts'
import { isMissing, issueProblem, nearMissHint, prepareFields } from './schema-problems.ts'
import { KNOWN_KEYS, siteEntries } from './site-schema.ts'
import type { SiteConfig } from './types.ts'
import { isMapping, readYaml, type YamlPath, type YamlSource } from './yaml-source.ts'

export interface SiteConfigResult {
  /** Null if there is an error among the problems. */
  readonly config: SiteConfig | null
  readonly problems: readonly Problem[]
}

const HINTS: Readonly<Record<string, string>> = {
  title: 'Add a line such as `title: My site`.',
  url: 'Add the address the site is published at, such as `url: https://example.org`.',
}

/** Reads the text of site.yaml. `path` is how the file is called in messages. All faults are told at once. */
export function readSiteConfig(path: string, text: string): SiteConfigResult {
  const { source, problems } = readYaml(text.replace(/^\uFEFF/, ''), { where: path, rules: 'config' })
  if (source === null) return { config: null, problems }
  const parsed = v.safeParse(v.object(siteEntries), prepareFields(siteEntries, source))
  const faults = [
    ...problems,
    ...unknownKeys(source.value, [], source, path),
    ...(parsed.issues ?? []).map((issue) => siteProblem(issue, source, path)),
  ]
  const failed = !parsed.success || faults.some((fault) => fault.severity === 'error')
  return { config: failed ? null : { ...parsed.output, data: toJsonObject(parsed.output.data) }, problems: byPlace(faults) }
}

function siteProblem(issue: v.BaseIssue<unknown>, source: YamlSource, where: string): Problem {
  const key = String(issue.path?.[0]?.key ?? '')
  const rule = isMissing(issue) ? 'config/missing-key' : 'config/invalid-value'
  return issueProblem(issue, source, where, rule, isMissing(issue) ? HINTS[key] : undefined)
}

function unknownKeys(value: unknown, path: YamlPath, source: YamlSource, where: string): Problem[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => unknownKeys(item, [...path, index], source, where))
  if (!isMapping(value)) return []
  const known = KNOWN_KEYS[path.map((step) => (typeof step === 'number' ? '*' : String(step))).join('.')]
  if (known === undefined) return []
  return Object.entries(value).flatMap(([key, child]) => {
    const childPath = [...path, key]
    return known.includes(key) ? unknownKeys(child, childPath, source, where) : [unknownKey(key, childPath, known, source, where)]
  })
}

function unknownKey(key: string, path: YamlPath, known: readonly string[], source: YamlSource, where: string): Problem {
  return {
    where,
    ...source.place(path, 'key'),
    rule: 'config/unknown-key',
    message: `\`${path.join('.')}\` is not a key of site.yaml.`,
    hint: nearMissHint(key, known) ?? `The keys here are ${known.join(', ')}. What a theme reads belongs under \`data:\`.`,
    severity: 'error',
  }
}

function byPlace(problems: readonly Problem[]): Problem[] {
  return problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0))
}
