import type { ObjectEntries } from 'valibot'
import type { Json, Problem } from '../protocol/types.ts'

/** A file of the site's folder. `path` is relative to the site, with `/`: `content/posts/hello.md`. */
export interface SourceFile {
  readonly path: string
  readonly bytes: Uint8Array
}

/** A kind of content document; each feature declares its own. */
export interface EntryType {
  /** `post`, `page`, `product`, `profile`, `note`. */
  readonly kind: string
  /** The folder it is read from unless site.yaml's `content` says otherwise: `content/posts`; or one file: `content/profile.md`. */
  readonly source: string
  /** The front matter this kind reads, beside the common fields. Other keys are kept as `data` for the theme. */
  readonly fields: ObjectEntries
  /** Where its page is published: `/posts/hello/`. The slug may hold `/` for files in sub-folders; it is '' for `content/index.md` alone. */
  path(slug: string): string
  /** True where a date is required (posts, notes). */
  readonly dated: boolean
  /** Lines of YAML that `drowse new` writes below the title and the date. */
  readonly outline?: string
}

/** One content document, checked. Plain data: it is a row of the model. */
export interface Entry {
  /** `post/hello`: kind and slug. */
  readonly id: string
  readonly kind: string
  readonly slug: string
  readonly path: string
  /** The source file's path. */
  readonly source: string
  readonly title: string
  /** ISO 8601 UTC with milliseconds, or null. */
  readonly date: string | null
  readonly updated: string | null
  /** The author's `description`, else the first words of the body as plain text. */
  readonly description: string
  /** As written by the author, without repeats. */
  readonly tags: readonly { readonly name: string; readonly slug: string }[]
  readonly draft: boolean
  /** Whether readers may see it. A file alone says so of all but a draft; the model holds back what has a date to come as well. */
  readonly shown: boolean
  /** The kind's own checked fields and every other front matter key, as JSON. Dates are ISO strings. */
  readonly data: { readonly [key: string]: Json }
  /** Key of the body in the body cache: depends on the Markdown and on the pipeline's version, on nothing else. */
  readonly bodyHash: string
}

/** An entry's rendered fragment. */
export interface Body {
  readonly html: string
  readonly headings: readonly { readonly depth: number; readonly id: string; readonly text: string }[]
  readonly words: number
  /** The first words as plain text, at most 200 characters, cut at a word. */
  readonly excerpt: string
}

/** Bodies by their hash. Given by the caller; may forget. */
export interface BodyCache {
  get(hash: string): Body | null
  set(hash: string, body: Body): void
}

export type ReadResult =
  | { readonly entry: Entry; readonly problems: readonly Problem[] }
  | { readonly entry: null; readonly problems: readonly Problem[] }
