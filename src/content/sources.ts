import type { EntryType } from './types.ts'

const MARKDOWN = /\.(?:md|markdown)$/i

export function isMarkdown(path: string): boolean {
  return MARKDOWN.test(path)
}

/** The kind whose source holds a path, the longest if there are several; null for a path outside all of them. */
export function sourceOfPath(path: string, types: readonly EntryType[]): EntryType | null {
  let nearest: EntryType | null = null
  for (const type of types) if (type.source.length > (nearest?.source.length ?? -1) && holds(type.source, path)) nearest = type
  return nearest
}

/** Whether a path is a source's own one file, or lies in its folder. */
function holds(source: string, path: string): boolean {
  if (!path.startsWith(source)) return false
  return path.length === source.length || (path[source.length] === '/' && !isMarkdown(source))
}

/** The kind of entry that a file of the site is; null for media and for anything outside the kinds' sources. */
export function typeOfPath(path: string, types: readonly EntryType[]): EntryType | null {
  return isMarkdown(path) ? sourceOfPath(path, types) : null
}

/** A file's path below its kind's folder, or its name where the kind is one file: `content/posts/a/b.md` → `a/b.md`. */
export function pathInSource(path: string, type: EntryType): string {
  if (path.startsWith(`${type.source}/`)) return path.slice(type.source.length + 1)
  return path.slice(path.lastIndexOf('/') + 1)
}

/** Where a media file is published: `media/photo.jpg` stays, `content/posts/pic.png` → `posts/pic.png`. Null for any other file. */
export function mediaKey(path: string): string | null {
  if (path.startsWith('media/')) return path
  return path.startsWith('content/') && !isMarkdown(path) ? path.slice('content/'.length) : null
}
