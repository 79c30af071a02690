import type { Problem } from '../protocol/types.ts'

/** The programs whose folders are understood. `markdown` is a folder of Markdown files and nothing more. */
export type GeneratorName = 'jekyll' | 'hugo' | 'eleventy' | 'markdown' | 'wordpress'

/** A file of the old site, read. `path` is relative to the folder that is imported, with `/`. */
export interface OldFile {
  readonly path: string
  /** When it was last changed. */
  readonly changed: Date
  read(): Uint8Array
}

/** Front matter as plain values, whatever it was written in. */
export type Fields = Readonly<Record<string, unknown>>

/** One text of the old site, as its generator understands it. */
export interface OldText {
  /** The file, or for an export `<file>#<id>`. */
  readonly source: string
  readonly kind: 'post' | 'page'
  /** Its place below the kind’s folder: `2024/hello.md`. */
  readonly path: string
  readonly fields: Fields
  /** The last part of its address; null: what the file’s name gives. */
  readonly slug: string | null
  readonly title: string | null
  /** ISO 8601, or null. */
  readonly date: string | null
  readonly draft: boolean
  readonly tags: readonly string[]
  readonly categories: readonly string[]
  /** Where it was published, from `/`; null where that can’t be told, or it never was. */
  readonly address: string | null
  readonly aliases: readonly string[]
  readonly body: string
  /** The line of the file on which the body begins. */
  readonly bodyLine: number
  /** What its reader has to say. */
  readonly notes?: readonly Note[]
}

/** Something a text needs from the others, by the name its generator uses: a file’s path, a post’s name. */
export type AddressOf = (name: string, from: OldText) => string | null

/** A text’s Markdown after its template’s tags have been taken out, and what there is to say about it. */
export interface Translated {
  readonly markdown: string
  readonly notes: readonly Note[]
}

/**
 * Something a person should know. `changed`: it is written otherwise now and means the same. `hand`: it could not be taken over and is left as it was; somebody has to look.
 */
export interface Note {
  readonly does: 'changed' | 'hand'
  readonly line: number
  readonly rule: string
  readonly message: string
  readonly hint?: string
}

/** An old site, taken apart. */
export interface OldSite {
  readonly generator: GeneratorName
  readonly title: string | null
  readonly description: string | null
  readonly author: string | null
  readonly language: string | null
  /** Absolute, or null. */
  readonly url: string | null
  readonly texts: readonly OldText[]
  /** Files that are published as they are. */
  readonly files: readonly NewFile[]
  readonly problems: readonly Problem[]
  translate(text: OldText, addressOf: AddressOf): Translated
}

/** A file of the new site, and the old one’s that it comes from. */
export interface NewFile {
  /** Relative to the site: `content/posts/hello.md`. */
  readonly path: string
  readonly source: string
  read(): Uint8Array
}

/** What an import would write. */
export interface ImportPlan {
  readonly generator: GeneratorName
  readonly files: readonly NewFile[]
  readonly counts: {
    readonly posts: number
    readonly pages: number
    readonly drafts: number
    readonly files: number
    /** Texts that keep their address by an alias. */
    readonly aliases: number
  }
  /** What was changed, one line each: the file, its line and the words. */
  readonly changed: readonly Problem[]
  /** What needs a hand. */
  readonly problems: readonly Problem[]
}
