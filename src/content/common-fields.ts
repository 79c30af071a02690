import * as v from 'valibot'
import { onOneLine } from './one-line.ts'
import { isSlug, slugifyTag } from './slug.ts'
import { parseTimestamp } from './timestamp.ts'

/** One line of text, trimmed. */
const line = v.pipe(v.string(), v.transform(onOneLine))

const timestamp = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const date = parseTimestamp(dataset.value)
    if (date !== null) return date
    addIssue({ message: `\`${dataset.value}\` is not a date of the calendar.` })
    return NEVER
  }),
)

const slug = v.pipe(
  line,
  v.check(isSlug, ({ input }) => `\`${input}\` can’t be part of an address.`),
)

const YES_AND_NO: Readonly<Record<string, boolean>> = { true: true, yes: true, on: true, false: false, no: false, off: false }

/** YAML 1.2 reads `yes` and `no` as text; authors mean what older YAML made of them. */
export const flag = v.pipe(
  v.unknown(),
  v.transform((value) => (typeof value === 'string' ? (YES_AND_NO[value.toLowerCase()] ?? value) : value)),
  v.boolean(),
)

/** What kinds with a text of some length read beside their own fields. */
export const textFields = {
  /** Whether the page shows a table of its headings. */
  toc: v.optional(flag),
  /** Whether `$…$` is a formula. */
  math: v.optional(flag),
}

/** Names of one slug are one term, spelled as it was first. */
export const termNames = v.pipe(
  v.union([v.string(), v.array(v.union([v.string(), v.number(), v.boolean()]))]),
  v.transform((value) => (typeof value === 'string' ? value.split(',') : value.map(String))),
  v.transform((names) => names.map(onOneLine).filter((name) => name !== '')),
  v.rawTransform(({ dataset, addIssue }) => {
    const bySlug = Map.groupBy(dataset.value, slugifyTag)
    for (const name of bySlug.get('') ?? []) addIssue({ message: `\`${name}\` has neither a letter nor a digit.` })
    return Array.from(bySlug, ([tagSlug, [name = tagSlug]]) => ({ name, slug: tagSlug }))
  }),
)

/** Paths, with or without a slash at either end. */
const aliases = v.pipe(
  v.union([v.string(), v.array(v.string())]),
  v.transform((paths) => [paths].flat().map((path) => path.trim())),
  v.array(v.pipe(v.string(), v.regex(/^[^\s?#\\]+$/, 'an alias is a path such as `/old/place/`.'), v.transform(aliasPath))),
  v.transform((paths) => [...new Set(paths)]),
)

function aliasPath(path: string): string {
  const rooted = path.startsWith('/') ? path : `/${path}`
  return /\/$|\.[^/.]+$/.test(rooted) ? rooted : `${rooted}/`
}

/** The front matter that every kind has. All of it may be left out here; what a kind requires is seen to when the entry is made. */
export const commonEntries = {
  title: v.optional(v.pipe(line, v.nonEmpty('a title needs words.'))),
  date: v.optional(timestamp),
  updated: v.optional(timestamp),
  description: v.optional(line),
  tags: v.optional(termNames),
  slug: v.optional(slug),
  draft: v.optional(flag),
  aliases: v.optional(aliases),
}

export type CommonFields = v.InferOutput<v.ObjectSchema<typeof commonEntries, undefined>>

interface FieldAdvice {
  readonly rule: string
  readonly hint: string
}

const DATE_HINT = 'Write it as `2024-05-01` or `2024-05-01T10:00:00Z`.'

/** The rule and the hint for a fault in each common field. */
export const COMMON_ADVICE: Readonly<Record<string, FieldAdvice>> = {
  title: { rule: 'front-matter/invalid-title', hint: 'Write it as `title: My title`.' },
  date: { rule: 'front-matter/invalid-date', hint: DATE_HINT },
  updated: { rule: 'front-matter/invalid-date', hint: DATE_HINT },
  description: { rule: 'front-matter/invalid-description', hint: 'Write it as one line of text.' },
  tags: { rule: 'front-matter/invalid-tags', hint: 'Write them as `tags: [one, two]` or `tags: one, two`.' },
  slug: {
    rule: 'front-matter/invalid-slug',
    hint: 'Use a–z, 0–9 and `-`, beginning with a letter or digit, at most 81 characters.',
  },
  aliases: { rule: 'front-matter/invalid-alias', hint: 'Write them as `aliases: [/old/place/]`.' },
  draft: { rule: 'front-matter/invalid-draft', hint: 'Write `draft: true` or `draft: false`.' },
}
