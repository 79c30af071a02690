import { hash } from 'node:crypto'
import { DrowseError } from '../errors/drowse-error.ts'
import type { Json } from '../protocol/types.ts'
import type { Graph, Reader } from './graph.ts'
import { Recorder } from './recorder.ts'
import type { Rows } from './rows.ts'
import type { Query } from './types.ts'

/** What queries need of the graph. */
type QueryGraph = Pick<Graph, 'find' | 'record' | 'readersOfQuery'>

interface Answer {
  readonly id: number
  readonly result: Json
}

/**
 * Answers queries, each at most once between two changes, and cuts off: when a query's reads were touched but its result is what it was, its readers never
 * hear of it. Results are not kept on disk, only their hashes; so a result is always worked out from the site as it stands and can't be stale.
 */
export class Queries {
  readonly #graph: QueryGraph
  readonly #rows: Rows
  readonly #byName: ReadonlyMap<string, Query>
  /** Told the keys of readers whose reads changed. */
  readonly #stale: (keys: readonly string[]) => void
  readonly #dirty = new Set<string>()
  readonly #answers = new Map<string, Answer>()
  readonly #running = new Set<string>()

  constructor(graph: QueryGraph, rows: Rows, queries: readonly Query[], stale: (keys: readonly string[]) => void) {
    this.#graph = graph
    this.#rows = rows
    this.#byName = new Map(queries.map((query) => [query.name, query]))
    this.#stale = stale
    if (this.#byName.size !== queries.length) throw new DrowseError('internal', 'Two queries have the same name.')
  }

  /** The graph has forgotten this query: its id is no longer good. */
  forget(key: string): void {
    this.#answers.delete(key)
  }

  /** The site is about to change: answers may no longer hold. */
  forgetAnswers(): void {
    this.#answers.clear()
    this.#dirty.clear()
  }

  markDirty(key: string): void {
    this.#dirty.add(key)
  }

  /** Works out every dirty query again; their readers are told through `stale`, which may mark more. */
  settle(): void {
    for (const key of this.#dirty) {
      const [, name, argument] = parseReaderKey(key)
      const query = this.#byName.get(name)
      if (query && this.#graph.find(key)) this.answer(query, argument)
      this.#dirty.delete(key)
    }
  }

  answer(query: Query, argument: Json): Answer {
    const key = readerKey('query', query.name, argument)
    const known = this.#answers.get(key)
    if (known) return known
    if (this.#running.has(key)) throw new DrowseError('internal', `The query ${query.name} reads itself.`, { details: { key } })
    this.#running.add(key)
    try {
      return this.#run(query, argument, key)
    } finally {
      this.#running.delete(key)
    }
  }

  #run(query: Query, argument: Json, key: string): Answer {
    const recorder = new Recorder(this.#rows, (inner, innerArgument) => this.answer(inner, innerArgument))
    const result = query.run(recorder, argument)
    const reader = this.#graph.find(key)
    const id = reader && !this.#dirty.has(key) ? reader.id : this.#keep(key, reader, recorder, result)
    this.#dirty.delete(key)
    const answer = { id, result }
    this.#answers.set(key, answer)
    return answer
  }

  #keep(key: string, reader: Reader | null, recorder: Recorder, result: Json): number {
    const resultHash = hash('sha1', JSON.stringify(result))
    const id = this.#graph.record(key, recorder.reads, resultHash)
    if (reader !== null && resultHash !== reader.hash) this.#stale(this.#graph.readersOfQuery(id))
    return id
  }
}

export type ReaderKind = 'query' | 'unit' | 'page'

/** The name of a reader in the graph. */
export function readerKey(kind: ReaderKind, name: string, argument: Json): string {
  return JSON.stringify([kind, name, argument])
}

export function parseReaderKey(key: string): [kind: ReaderKind, name: string, argument: Json] {
  // Keys are only ever made by `readerKey`.
  return JSON.parse(key) as [ReaderKind, string, Json]
}
