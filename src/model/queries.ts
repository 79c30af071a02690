import { hash } from 'node:crypto'
import { DrowseError } from '../errors/drowse-error.ts'
import type { Json } from '../protocol/types.ts'
import { isDatabaseFault } from './database.ts'
import type { Graph, Reader } from './graph.ts'
import { Recorder } from './recorder.ts'
import type { Rows } from './rows.ts'
import type { Answer, Query } from './types.ts'

/** What queries need of the graph. */
type QueryGraph = Pick<Graph, 'find' | 'record' | 'readersOfQuery'>

/** So many answers are kept over a change; none of a change that asked for more, such as a first build. */
const MOST_KEPT = 5_000

/**
 * Answers queries, each at most once between two changes, and cuts off: when a query's reads were touched but its result is what it was, its readers never
 * hear of it. Results are not kept on disk, only their hashes. In memory those given lately are kept over a change, until something they come from is touched.
 */
export class Queries {
  readonly #graph: QueryGraph
  readonly #rows: Rows
  readonly #builtIn: readonly Query[]
  #byName: ReadonlyMap<string, Query> = new Map()
  /** Told the keys of readers whose reads changed. */
  readonly #stale: (keys: readonly string[]) => void
  readonly #dirty = new Set<string>()
  /** Since the last change. */
  readonly #answers = new Map<string, Answer>()
  /** From before it, those of before the longest first. They hold once nothing is dirty. */
  readonly #kept = new Map<string, Answer>()
  readonly #running = new Set<string>()

  constructor(graph: QueryGraph, rows: Rows, queries: readonly Query[], stale: (keys: readonly string[]) => void) {
    this.#graph = graph
    this.#rows = rows
    this.#builtIn = queries
    this.#stale = stale
    this.extend([])
    if (this.#byName.size !== queries.length) throw new DrowseError('internal', 'Two queries have the same name.')
  }

  /** Knows these beside its own, and no others. */
  extend(queries: readonly Query[]): void {
    this.#byName = new Map([...this.#builtIn, ...queries].map((query) => [query.name, query]))
    this.forgetAnswers()
  }

  /** The graph has forgotten this query: its id is no longer good. */
  forget(key: string): void {
    this.#answers.delete(key)
    this.#kept.delete(key)
  }

  forgetAnswers(): void {
    this.#answers.clear()
    this.#kept.clear()
    this.#dirty.clear()
  }

  /** The site has changed. Whose reads were touched is about to be marked dirty. */
  keepAnswers(): void {
    if (this.#answers.size > MOST_KEPT) this.#answers.clear()
    for (const [key, answer] of this.#answers) {
      this.#kept.delete(key)
      this.#kept.set(key, answer)
    }
    this.#answers.clear()
    this.#dirty.clear()
    for (const key of this.#kept.keys()) {
      if (this.#kept.size <= MOST_KEPT) break
      this.#kept.delete(key)
    }
  }

  markDirty(key: string): void {
    this.#dirty.add(key)
    this.#kept.delete(key)
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
    const known = this.#answers.get(key) ?? this.#keptAnswer(key)
    if (known) return known
    const registered = this.#byName.get(query.name)
    if (registered === undefined)
      throw new DrowseError('extension-invalid', `The query “${query.name}” is not among the \`queries\` of site.ts.`)
    if (this.#running.has(key)) throw new DrowseError('internal', `The query ${query.name} reads itself.`, { details: { key } })
    this.#running.add(key)
    try {
      return this.#run(registered, argument, key)
    } finally {
      this.#running.delete(key)
    }
  }

  /** While something is dirty, what comes from it may not have been marked yet. */
  #keptAnswer(key: string): Answer | undefined {
    const kept = this.#dirty.size === 0 ? this.#kept.get(key) : undefined
    if (kept) this.#answers.set(key, kept)
    return kept
  }

  #run(query: Query, argument: Json, key: string): Answer {
    const recorder = new Recorder(this.#rows, (inner, innerArgument) => this.answer(inner, innerArgument))
    const outcome = resultOf(query, recorder, argument)
    const reader = this.#graph.find(key)
    const id = reader && !this.#dirty.has(key) ? reader.id : this.#keep(key, reader, recorder, outcome)
    this.#dirty.delete(key)
    const answer = { id, ...outcome }
    this.#answers.set(key, answer)
    return answer
  }

  #keep(key: string, reader: Reader | null, recorder: Recorder, outcome: Outcome): number {
    const resultHash = 'error' in outcome ? `failed: ${String(outcome.error)}` : hash('sha1', JSON.stringify(outcome.result))
    const id = this.#graph.record(key, recorder.reads, resultHash)
    if (reader !== null && resultHash !== reader.hash) this.#stale(this.#graph.readersOfQuery(id))
    return id
  }
}

type Outcome = { readonly result: Json } | { readonly error: unknown }

/** What keeps a query from its result is passed on to those who ask for it, but for a fault of the database, which nobody is to get over. */
function resultOf(query: Query, recorder: Recorder, argument: Json): Outcome {
  try {
    return { result: query.run(recorder, argument) }
  } catch (error) {
    if (isDatabaseFault(error)) throw error
    return { error }
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
