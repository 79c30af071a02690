import type { ObjectEntries } from 'valibot'
import type { ParserName } from '../config/types.ts'
import type { Json, Problem } from '../protocol/types.ts'

/** A file of the site's folder. `path` is relative to the site, with `/`: `content/posts/hello.md`. */
export interface SourceFile {
  readonly path: string
  readonly bytes: Uint8Array
}

/** How front matter and files' names are read, as site.yaml says. */
export interface ReadingRules {
  readonly taxonomies: readonly string[]
  readonly permalinks: { readonly [kind: string]: string }
  /** The tags of the languages beside the site's own. */
  readonly languages: readonly string[]
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
  /** What is wrong with fields that are right one by one. Asked only where they are. */
  readonly faults?: (data: Entry['data']) => readonly FieldFault[]
}

/** A fault in front matter. */
export interface FieldFault {
  /** Keys and list positions that lead to it. */
  readonly path: readonly (string | number)[]
  readonly message: string
}

/** One content document, checked. Plain data: it is a row of the model. */
export interface Entry {
  /** `post/hello`: kind and slug; `post/hello@ru` in another language than the site's. */
  readonly id: string
  readonly kind: string
  readonly slug: string
  /** A language tag; null for the site's own language. */
  readonly language: string | null
  readonly path: string
  /** Where it was published before. */
  readonly aliases: readonly string[]
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
  /** What it is filed under: its tags, and the like of them, by the taxonomies of the site. */
  readonly terms: readonly { readonly taxonomy: string; readonly name: string; readonly slug: string }[]
  readonly draft: boolean
  /** Whether readers may see it. A file alone says so of all but a draft; the model holds back what has a date to come as well. */
  readonly shown: boolean
  /** The kind's own checked fields and every other front matter key, as JSON. Dates are ISO strings. */
  readonly data: { readonly [key: string]: Json }
  /** Key of the body in the body cache: depends on the Markdown and on the pipeline's version, on nothing else. */
  readonly bodyHash: string
  /** The line of `source` on which the body's Markdown begins, from 1. */
  readonly bodyLine: number
  /** The line of `source` that names the entry's `image`, from 1; left out where none does. */
  readonly imageLine?: number
  /** The address of the first picture in the body, as the author wrote it; null for a body without. */
  readonly firstPicture: string | null
  /** The ids in the body, which links may lead to. */
  readonly anchors: readonly string[]
}

/** An entry's rendered fragment. It knows neither its page nor the site: what depends on them are slots. */
export interface Body {
  /** Finished HTML, with links and pictures as the author wrote them. */
  readonly html: string
  /** What a page has to put in place, as they begin in the HTML. Slots lie side by side or inside each other, and never overlap otherwise. */
  readonly slots: readonly Slot[]
  readonly headings: readonly { readonly depth: number; readonly id: string; readonly text: string }[]
  /** Every id in `html`. */
  readonly ids: readonly string[]
  readonly words: number
  /** The first words as plain text, at most 200 characters, cut at a word. */
  readonly excerpt: string
  /** The words it has, by their parts: see `search-words.ts`. Null where search is off. */
  readonly vocabulary: readonly string[] | null
  /** What is wrong with the text itself. Lines are counted from the body's first. */
  readonly problems: readonly BodyProblem[]
}

export type BodyProblem = Omit<Problem, 'where' | 'column'>

/** A stretch of a body's `html`, from `start` up to `end`. */
interface Stretch {
  readonly start: number
  readonly end: number
}

/** A shortcode as it stands in a text: `:name[…]{…}`, `::name[…]{…}`, or `:::name[…]{…}` up to `:::`. */
export interface Directive {
  readonly name: string
  readonly form: 'text' | 'leaf' | 'container'
  readonly attributes: { readonly [name: string]: string }
  readonly line: number
}

/** A stretch with the slots in it: those of the body from the one numbered `first` up to `next`. */
export interface Part extends Stretch {
  readonly first: number
  readonly next: number
}

/** A part of a body that depends on its page or on the site. `line` is the body's own, from 1. */
export type Slot = Stretch & { readonly line: number } & (
    | {
        /** The value of an attribute that names a page or a file of the site, such as `href`. */
        readonly kind: 'link'
        readonly url: string
      }
    | {
        /** A whole `<img>`. */
        readonly kind: 'image'
        readonly url: string
        /** The element's other attributes, by their names in HTML; `true` for one without a value. */
        readonly attributes: { readonly [name: string]: string | true }
      }
    | (Directive & {
        /** A shortcode, whose HTML is its label and what it encloses. */
        readonly kind: 'shortcode'
        /** What stood in its brackets. */
        readonly label: Part
        /** What it encloses. */
        readonly content: Part
      })
  )

/** Bodies by their hash. Given by the caller; may forget. */
export interface BodyCache {
  get(hash: string): Body | null
  set(hash: string, body: Body): void
  /** Highlighted code by the hash of its language and text, as HTML. */
  readonly code: CodeCache
}

export interface CodeCache {
  get(hash: string): string | null
  set(hash: string, html: string): void
}

/** What of site.yaml decides how every file is read: with other settings all of them are read again. */
export interface ReadingSettings {
  readonly parser: ParserName
  readonly highlight: boolean
  readonly math: boolean
  readonly search: boolean
  readonly rules: ReadingRules
  /** SHA-256 of the site.ts whose plugins texts go through; null for none. */
  readonly plugins: string | null
}

/** One Markdown file → its entry, its body kept for the page. */
export type SourceReader = (file: SourceFile, type: EntryType, settings: ReadingSettings) => ReadResult

export type ReadResult =
  | { readonly entry: Entry; readonly vocabulary: Body['vocabulary']; readonly problems: readonly Problem[] }
  | { readonly entry: null; readonly problems: readonly Problem[] }
