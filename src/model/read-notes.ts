import type { Reader, Reads } from './graph.ts'

/** What a query read, as it is to be recorded. */
export interface QueryNote {
  /** Its id among these notes; `reads` names queries by these ids too. */
  readonly id: number
  readonly key: string
  readonly hash: string | null
  readonly reads: Reads
}

/** Stands in for the graph where it is kept by another thread: notes what queries read until that thread is told. Each query that is read is noted before its reader. */
export class ReadNotes {
  #last = 0
  #notes: QueryNote[] = []

  find(_key: string): Reader | null {
    return null
  }

  record(key: string, reads: Reads, hash: string | null = null): number {
    const id = ++this.#last
    this.#notes.push({ id, key, hash, reads })
    return id
  }

  readersOfQuery(_id: number): readonly string[] {
    return []
  }

  /** What was noted since the last call. */
  take(): readonly QueryNote[] {
    const notes = this.#notes
    this.#notes = []
    return notes
  }
}
