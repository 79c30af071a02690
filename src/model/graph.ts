import type { Database } from './database.ts'
import type { Touched } from './types.ts'

/** A span of an index group that a reader looked at, both ends included. */
export interface Span {
  readonly index: string
  readonly group: string
  readonly low: string
  readonly high: string
}

/** Everything one reader looked at. */
export interface Reads {
  readonly rows: readonly (readonly [table: string, key: string])[]
  readonly spans: readonly Span[]
  /** Ids of the queries. */
  readonly queries: readonly number[]
}

/** A reader: a query with its argument, a route's unit, or a page. The key is its JSON name, e.g. `["page","/posts/hello/"]`. */
export interface Reader {
  readonly id: number
  readonly key: string
  /** Hash of a query's last result; null for one that has none yet and for the other kinds. */
  readonly hash: string | null
}

/**
 * Who read what, on disk. Rows are looked up by the fact that was touched, so finding the readers of a change costs what the change costs, however large
 * the site is. Spans are found by `high >= position`: those are few at a group's end, where new rows go.
 */
export class Graph {
  readonly #database: Database
  /** Told the key of every reader that is forgotten. */
  readonly #forgotten: (key: string) => void
  /** Queries that lost a reader since the last sweep. */
  readonly #unread = new Set<number>()

  constructor(database: Database, forgotten: (key: string) => void) {
    this.#database = database
    this.#forgotten = forgotten
    database.exec(`
      CREATE TABLE IF NOT EXISTS readers (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, hash TEXT);
      CREATE TABLE IF NOT EXISTS row_reads (tbl TEXT, key TEXT, reader INTEGER, PRIMARY KEY (tbl, key, reader)) WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS row_reads_by_reader ON row_reads (reader);
      CREATE TABLE IF NOT EXISTS span_reads (idx TEXT, grp TEXT, high TEXT, low TEXT, reader INTEGER, PRIMARY KEY (idx, grp, high, low, reader)) WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS span_reads_by_reader ON span_reads (reader);
      CREATE TABLE IF NOT EXISTS query_reads (query INTEGER, reader INTEGER, PRIMARY KEY (query, reader)) WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS query_reads_by_reader ON query_reads (reader);
    `)
  }

  /** The reader of this key, added if need be. */
  reader(key: string): Reader & { readonly fresh: boolean } {
    const known = this.find(key)
    if (known) return { ...known, fresh: false }
    this.#database.run('INSERT INTO readers (key) VALUES (?)', key)
    const id = Number(this.#database.get('SELECT last_insert_rowid() AS id')?.id)
    return { id, key, hash: null, fresh: true }
  }

  find(key: string): Reader | null {
    const found = this.#database.get('SELECT id, hash FROM readers WHERE key = ?', key)
    return found ? { id: Number(found.id), key, hash: found.hash === null ? null : String(found.hash) } : null
  }

  setHash(id: number, hash: string): void {
    this.#database.run('UPDATE readers SET hash = ? WHERE id = ?', hash, id)
  }

  /** Keys of those who read a touched fact. */
  readersOf(touched: Touched): readonly string[] {
    const found =
      touched.type === 'row'
        ? this.#database.all(
            'SELECT r.key FROM row_reads JOIN readers r ON r.id = reader WHERE tbl = ? AND row_reads.key = ?',
            touched.table,
            touched.key,
          )
        : this.#database.all(
            'SELECT r.key FROM span_reads JOIN readers r ON r.id = reader WHERE idx = ? AND grp = ? AND high >= ? AND low <= ?',
            touched.index,
            touched.group,
            touched.position,
            touched.position,
          )
    return found.map((row) => String(row.key))
  }

  readersOfQuery(id: number): readonly string[] {
    return this.#database
      .all('SELECT r.key FROM query_reads JOIN readers r ON r.id = reader WHERE query = ?', id)
      .map((row) => String(row.key))
  }

  /** Replaces what a reader read. Writes only the difference. */
  record(reader: number, reads: Reads, fresh: boolean): void {
    const rows = new Map(reads.rows.map(([table, key]) => [`${table}\n${key}`, [table, key] as const]))
    const spans = new Map(reads.spans.map((span) => [JSON.stringify(span), span]))
    const queries = new Set(reads.queries)
    if (!fresh) this.#dropOthers(reader, rows, spans, queries)
    for (const [table, key] of rows.values())
      this.#database.run('INSERT OR IGNORE INTO row_reads (tbl, key, reader) VALUES (?, ?, ?)', table, key, reader)
    for (const { index, group, low, high } of spans.values())
      this.#database.run(
        'INSERT OR IGNORE INTO span_reads (idx, grp, high, low, reader) VALUES (?, ?, ?, ?, ?)',
        index,
        group,
        high,
        low,
        reader,
      )
    for (const query of queries)
      this.#database.run('INSERT OR IGNORE INTO query_reads (query, reader) VALUES (?, ?)', query, reader)
  }

  /**
   * Forgets the queries that nobody reads any more. Only to be called while no reader is at work: one that has had a query's answer is recorded as its
   * reader when it is done.
   */
  sweep(): void {
    for (const query of this.#unread) {
      this.#unread.delete(query)
      if (this.#database.get('SELECT 1 FROM query_reads WHERE query = ? LIMIT 1', query)) continue
      const key = this.#database.get('SELECT key FROM readers WHERE id = ?', query)?.key
      if (typeof key === 'string') this.forget(key)
    }
  }

  /** What was to be swept has been taken back. */
  forgetUnread(): void {
    this.#unread.clear()
  }

  /** Forgets a reader; the queries that only it read go with the next sweep. */
  forget(key: string): void {
    const reader = this.find(key)
    if (!reader) return
    this.record(reader.id, { rows: [], spans: [], queries: [] }, false)
    this.#database.run('DELETE FROM readers WHERE id = ?', reader.id)
    this.#forgotten(key)
  }

  /** Forgets all readers: the next plan works everything out again. */
  clear(): void {
    this.#unread.clear()
    this.#database.exec('DELETE FROM readers; DELETE FROM row_reads; DELETE FROM span_reads; DELETE FROM query_reads;')
  }

  /** Deletes what a reader no longer reads, and takes what it still reads out of the maps. */
  #dropOthers(
    reader: number,
    rows: Map<string, readonly [string, string]>,
    spans: Map<string, Span>,
    queries: Set<number>,
  ): void {
    for (const row of this.#database.all('SELECT tbl, key FROM row_reads WHERE reader = ?', reader)) {
      const [table, key] = [String(row.tbl), String(row.key)]
      if (!rows.delete(`${table}\n${key}`))
        this.#database.run('DELETE FROM row_reads WHERE tbl = ? AND key = ? AND reader = ?', table, key, reader)
    }
    for (const row of this.#database.all('SELECT idx, grp, low, high FROM span_reads WHERE reader = ?', reader)) {
      const span: Span = {
        index: String(row.idx),
        group: String(row.grp),
        low: String(row.low),
        high: String(row.high),
      }
      if (!spans.delete(JSON.stringify(span)))
        this.#database.run(
          'DELETE FROM span_reads WHERE idx = ? AND grp = ? AND high = ? AND low = ? AND reader = ?',
          span.index,
          span.group,
          span.high,
          span.low,
          reader,
        )
    }
    for (const row of this.#database.all('SELECT query FROM query_reads WHERE reader = ?', reader)) {
      const query = Number(row.query)
      if (queries.delete(query)) continue
      this.#database.run('DELETE FROM query_reads WHERE query = ? AND reader = ?', query, reader)
      this.#unread.add(query)
    }
  }
}
