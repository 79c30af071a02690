import { slugify } from './slug.ts'
import type { EntryType } from './types.ts'

/** What a place is made of. */
interface Placed {
  readonly type: EntryType
  readonly slug: string
  /** ISO 8601 UTC. */
  readonly date: string | null
  readonly title: string
  readonly language: string | null
}

/** What goes before every path of a language; '' for the site's own. */
export function prefixOf(language: string | null): string {
  return language === null ? '' : `/${language.toLowerCase()}`
}

/** The language that a file's name ends with, if it is one of these, and the path without it: `posts/hello.ru.md` → `ru`, `posts/hello.md`. */
export function splitLanguage(
  path: string,
  languages: readonly string[],
): { readonly language: string | null; readonly path: string } {
  const found = /^(.*)\.([A-Za-z0-9-]+)(\.[^./]+)$/.exec(path)
  const language = languages.find((tag) => tag.toLowerCase() === found?.[2]?.toLowerCase()) ?? null
  return language === null || !found ? { language: null, path } : { language, path: `${found[1]}${found[3]}` }
}

/** Where an entry is published; null where the kind's permalink asks for a date that it does not have. */
export function placeOf(placed: Placed, permalinks: { readonly [kind: string]: string }): string | null {
  const { type, slug, language } = placed
  const pattern = permalinks[type.kind]
  const path = pattern === undefined ? type.path(slug) : filled(pattern, placed)
  return path === null ? null : `${prefixOf(language)}${path}`
}

function filled(pattern: string, { slug, date, title }: Placed): string | null {
  const [year = '', month = '', day = ''] = date?.slice(0, 10).split('-') ?? []
  const parts: Readonly<Record<string, string>> = { year, month, day, slug, title: slugify(title) || slug }
  if (date === null && /:(?:year|month|day)/.test(pattern)) return null
  return pattern.replace(/:(year|month|day|slug|title)/g, (_, name: string) => parts[name] ?? '')
}
