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
  /** Hash of a query's last result; null for the other kinds. */
  readonly hash: string | null
}

/**
 * Who read what, on disk, both ways: with each reader all it read, and for each fact its readers. So finding the readers of a change costs what the change costs,
 * however large the site is. Spans are found by `high >= position`: those are few at a group's end, where new rows go.
 */
export class Graph {
  readonly #database: Database
  /** Told the key of every reader that is forgotten. */
  readonly #forgotten: (key: string) => void
  /** Queries that lost a reader since the last sweep. */
  readonly #unread = new Set<number>()
  /** The first reader that is not in the indexes, while these are left for later. */
  #unindexed: number | null = null

  constructor(database: Database, forgotten: (key: string) => void) {
    this.#database = database
    this.#forgotten = forgotten
    // Databases made before kept no `reads`. Their engine was another one, which makes everything be read again.
    if (database.get(`SELECT 1 FROM sqlite_schema WHERE name = 'row_reads_by_reader'`))
      database.exec('DROP TABLE readers; DROP TABLE row_reads; DROP TABLE span_reads; DROP TABLE query_reads;')
    database.exec(`
      CREATE TABLE IF NOT EXISTS readers (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, hash TEXT, reads TEXT NOT NULL);
      CREATE TABLE IF NOT EXISTS row_reads (tbl TEXT, key TEXT, reader INTEGER, PRIMARY KEY (tbl, key, reader)) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS span_reads (idx TEXT, grp TEXT, high TEXT, low TEXT, reader INTEGER, PRIMARY KEY (idx, grp, high, low, reader)) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS query_reads (query INTEGER, reader INTEGER, PRIMARY KEY (query, reader)) WITHOUT ROWID;
    `)
  }

  /** True while nobody has read anything. */
  get isEmpty(): boolean {
    return this.#database.get('SELECT 1 FROM readers LIMIT 1') === undefined
  }

  find(key: string): Reader | null {
    const found = this.#database.get('SELECT id, hash FROM readers WHERE key = ?', key)
    return found ? { id: Number(found.id), hash: found.hash === null ? null : String(found.hash) } : null
  }

  /** The readers whose keys begin with this. */
  keysFrom(prefix: string): readonly string[] {
    const found = this.#database.all('SELECT key FROM readers WHERE key >= ? AND key < ?', prefix, `${prefix}${LAST}`)
    return found.map(({ key }) => String(key))
  }

  /** Keys of those who read a touched fact. */
  readersOf(touched: Touched): readonly string[] {
    if (touched.type === 'row') return this.readersOfRow(touched.table, touched.key)
    const found = this.#database.all(
      'SELECT r.key FROM span_reads JOIN readers r ON r.id = reader WHERE idx = ? AND grp = ? AND high >= ? AND low <= ?',
      touched.index,
      touched.group,
      touched.position,
      touched.position,
    )
    return found.map((row) => String(row.key))
  }

  readersOfRow(table: string, key: string): readonly string[] {
    return this.#database
      .all('SELECT r.key FROM row_reads JOIN readers r ON r.id = reader WHERE tbl = ? AND row_reads.key = ?', table, key)
      .map((row) => String(row.key))
  }

  readersOfQuery(id: number): readonly string[] {
    return this.#database
      .all('SELECT r.key FROM query_reads JOIN readers r ON r.id = reader WHERE query = ?', id)
      .map((row) => String(row.key))
  }

  /** Notes what a reader read, each fact once, in place of what it read before, and returns its id. Writes only the difference. `hash` is a query's. */
  record(key: string, reads: Reads, hash: string | null = null): number {
    const text = JSON.stringify(reads)
    const known = this.#database.get('SELECT id, hash, reads FROM readers WHERE key = ?', key)
    if (!known) {
      const id = this.#database.insert('INSERT INTO readers (key, hash, reads) VALUES (?, ?, ?)', key, hash, text)
      if (this.#unindexed === null) this.#add(id, reads)
      else this.#unindexed = Math.min(this.#unindexed, id)
      return id
    }
    const id = Number(known.id)
    if (known.reads !== text) this.#replace(id, JSON.parse(String(known.reads)) as Reads, reads)
    if (known.reads !== text || known.hash !== hash)
      this.#database.run('UPDATE readers SET hash = ?, reads = ? WHERE id = ?', hash, text, id)
    return id
  }

  /** Many readers are about to be recorded that are not known yet: until `index` is called, nobody finds them by what they read. */
  indexLater(): void {
    this.#unindexed ??= Number.MAX_SAFE_INTEGER
  }

  /** Takes into the indexes what new readers have read since `indexLater`. In order and all at once, which takes a quarter of the time that one by one takes. With `more`, others will follow. */
  index({ more = false }: { readonly more?: boolean } = {}): void {
    const from = this.#unindexed
    this.#unindexed = more ? Number.MAX_SAFE_INTEGER : null
    if (from === null || from === Number.MAX_SAFE_INTEGER) return
    const reads = (name: string) => `FROM readers r, json_each(r.reads, '$.${name}') WHERE r.id >= ? ORDER BY`
    this.#database.run(`INSERT OR IGNORE INTO row_reads SELECT value ->> 0, value ->> 1, r.id ${reads('rows')} 1, 2, 3`, from)
    this.#database.run(
      `INSERT OR IGNORE INTO span_reads (idx, grp, high, low, reader)
       SELECT value ->> 'index', value ->> 'group', value ->> 'high', value ->> 'low', r.id ${reads('spans')} 1, 2, 3, 4, 5`,
      from,
    )
    this.#database.run(`INSERT OR IGNORE INTO query_reads SELECT value, r.id ${reads('queries')} 1, 2`, from)
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

  /** What was to be swept, and what was to be indexed, has been taken back. */
  forgetUncommitted(): void {
    this.#unread.clear()
    this.#unindexed = null
  }

  /** Forgets a reader; the queries that only it read go with the next sweep. */
  forget(key: string): void {
    const known = this.#database.get('SELECT id, reads FROM readers WHERE key = ?', key)
    if (!known) return
    this.#replace(Number(known.id), JSON.parse(String(known.reads)) as Reads, NONE)
    this.#database.run('DELETE FROM readers WHERE id = ?', Number(known.id))
    this.#forgotten(key)
  }

  /** Forgets all readers: the next plan works everything out again. */
  clear(): void {
    this.#unread.clear()
    this.#database.exec('DELETE FROM readers; DELETE FROM row_reads; DELETE FROM span_reads; DELETE FROM query_reads;')
  }

  #add(reader: number, { rows, spans, queries }: Reads): void {
    for (const [table, key] of rows)
      this.#database.run('INSERT INTO row_reads (tbl, key, reader) VALUES (?, ?, ?)', table, key, reader)
    for (const { index, group, low, high } of spans)
      this.#database.run(
        'INSERT INTO span_reads (idx, grp, high, low, reader) VALUES (?, ?, ?, ?, ?)',
        index,
        group,
        high,
        low,
        reader,
      )
    for (const query of queries) this.#database.run('INSERT INTO query_reads (query, reader) VALUES (?, ?)', query, reader)
  }

  #replace(reader: number, before: Reads, after: Reads): void {
    const gone = without(before, after)
    for (const [table, key] of gone.rows)
      this.#database.run('DELETE FROM row_reads WHERE tbl = ? AND key = ? AND reader = ?', table, key, reader)
    for (const { index, group, low, high } of gone.spans)
      this.#database.run(
        'DELETE FROM span_reads WHERE idx = ? AND grp = ? AND high = ? AND low = ? AND reader = ?',
        index,
        group,
        high,
        low,
        reader,
      )
    for (const query of gone.queries) {
      this.#database.run('DELETE FROM query_reads WHERE query = ? AND reader = ?', query, reader)
      this.#unread.add(query)
    }
    this.#add(reader, without(after, before))
  }
}

/** Sorts after all that a key may go on with. */
const LAST = '\u{10ffff}'

const NONE: Reads = { rows: [], spans: [], queries: [] }

function without(reads: Reads, others: Reads): Reads {
  const rows = new Set(others.rows.map(nameOfRow))
  const spans = new Set(others.spans.map(nameOfSpan))
  const queries = new Set(others.queries)
  return {
    rows: reads.rows.filter((row) => !rows.has(nameOfRow(row))),
    spans: reads.spans.filter((span) => !spans.has(nameOfSpan(span))),
    queries: reads.queries.filter((query) => !queries.has(query)),
  }
}

/** The name of a row among what was read. */
export function nameOfRow([table, key]: Reads['rows'][number]): string {
  return `${table}\n${key}`
}

/** The name of a span among what was read. */
export function nameOfSpan({ index, group, low, high }: Span): string {
  return JSON.stringify([index, group, low, high])
}
