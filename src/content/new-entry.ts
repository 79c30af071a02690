import { stringify } from 'yaml'
import { onOneLine } from './one-line.ts'
import { slugify, slugOfPath } from './slug.ts'
import { isMarkdown, pathInSource, sourceOfPath } from './sources.ts'
import type { EntryType } from './types.ts'

/** A file to be written, and where its entry will be published. */
export interface NewEntry {
  /** Its place in the site: `content/posts/hello.md`. */
  readonly path: string
  readonly text: string
  /** `/posts/hello/`. */
  readonly address: string
}

/**
 * The file of an entry that is yet to be written, named after its title: `Привет, мир` → `content/posts/privet-mir.md`. Null where the title gives no name: it
 * has neither a letter nor a digit, or the name stands for something else, as `index` does for a folder and `profile` for the profile.
 */
export function newEntry(type: EntryType, title: string, types: readonly EntryType[], now: Date): NewEntry | null {
  const path = isMarkdown(type.source) ? type.source : `${type.source}/${slugify(title)}.md`
  const slug = slugOfPath(pathInSource(path, type))
  if (slug === null || slug === '' || isTaken(path, type, types)) return null
  const facts = { title: onOneLine(title), ...(type.dated ? { date: secondsOf(now) } : {}) }
  return { path, text: `---\n${stringify(facts, { lineWidth: 0 })}${type.outline ?? ''}---\n\n`, address: type.path(slug) }
}

/** A page `products` would stand where the list of the products is. */
function isTaken(path: string, type: EntryType, types: readonly EntryType[]): boolean {
  return sourceOfPath(path, types) !== type || types.some(({ source }) => path === `${source}.md`)
}

function secondsOf(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z')
}
