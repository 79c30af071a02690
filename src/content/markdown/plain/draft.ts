import type { Body, CodeCache, Slot } from '../../types.ts'
import { HeadingIds } from '../heading-ids.ts'
import { fittedLevels } from '../heading-levels.ts'
import type { Definitions } from './definitions.ts'

/** A body while it is written. */
export interface Draft {
  /** False once something was met that is not for this way. What is written then is of no use. */
  isPlain: boolean
  html: string
  /** The text without code and footnote links. */
  prose: string
  tables: number
  images: number
  inFootnotes: boolean
  readonly slots: Slot[]
  readonly ids: string[]
  readonly headings: Body['headings'][number][]
  /** Links to places within the document. */
  readonly fragments: { readonly url: string; readonly line: number }[]
  readonly definitions: Definitions
  /** Footnotes' numbers in the order of the text, where each is met first: a reference or the note. */
  readonly noteNumbers: Map<string, number>
  /** The footnotes that are referred to, by number, in the order of the first reference. */
  readonly notes: Map<number, Note>
  readonly headingIds: HeadingIds
  readonly fittedLevel: (written: number) => number
  readonly highlight: boolean
  readonly code: CodeCache
}

export interface Note {
  readonly name: string
  readonly number: number
  /** What readers see as its number. */
  readonly place: number
  references: number
}

export function newDraft(definitions: Definitions, { highlight, code }: Pick<Draft, 'highlight' | 'code'>): Draft {
  return {
    isPlain: true,
    html: '',
    prose: '',
    tables: 0,
    images: 0,
    inFootnotes: false,
    slots: [],
    ids: [],
    headings: [],
    fragments: [],
    definitions,
    noteNumbers: new Map(),
    notes: new Map(),
    headingIds: new HeadingIds(),
    fittedLevel: fittedLevels(),
    highlight,
    code,
  }
}

/** Ends an element that parts words from those behind it. */
export function end(draft: Draft, tag: string): void {
  draft.html += tag
  draft.prose += ' '
}

export function lineEnd(draft: Draft): void {
  draft.html += '\n'
  draft.prose += '\n'
}

/** The number of a footnote of this name, as ids have it. */
export function noteNumber(draft: Draft, name: string): number {
  const known = draft.noteNumbers.get(name)
  if (known !== undefined) return known
  const number = draft.noteNumbers.size + 1
  draft.noteNumbers.set(name, number)
  return number
}
