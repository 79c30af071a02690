import type { Database } from './database.ts'
import { LAST_POSITION, positionOf } from './table.ts'
import type { Change, Index, Place, Range, Spot, Table, Touched } from './types.ts'

/** So many rows are kept at hand. */
const RECENT = 200

/** SQLite plans a statement anew each time that a bare parameter of its LIMIT is bound, which takes twice as long as the statement itself. */
const LIMIT = 'LIMIT CAST(? AS INTEGER)'

/** So far apart are the places of a list from which others are counted. */
const STRIDE = 256

/**
 * Rows and their places in indexes, kept in SQLite: `r_<table>(key, row)` and `i_<table>_<index>(grp, pos, key)`. Index places are worked out by the tables'
 * own functions, so that a feature adds a table without a line of SQL.
 */
export class Rows implements Change {
  readonly #database: Database
  readonly #tables: readonly Table<never>[]
  #touched: Touched[] = []
  #placesUnread = false
  /** Rows that were read lately, null for one that is not there: a page and its queries read the same few again and again. */
  readonly #recent = new Map<string, unknown>()
  /** Of long lists, by index and group: the position of every STRIDE-th place, as far as anybody asked. A page of a list is found from the one before it rather than from the list's beginning. */
  readonly #milestones = new Map<string, string[]>()

  constructor(database: Database, tables: readonly Table<never>[]) {
    this.#database = database
    this.#tables = tables
    database.onRollback(() => {
      this.#recent.clear()
      this.#milestones.clear()
    })
    for (const table of tables) {
      database.exec(`CREATE TABLE IF NOT EXISTS "r_${table.name}" (key TEXT PRIMARY KEY, row TEXT NOT NULL)`)
      for (const index of Object.values(table.indexes)) {
        database.exec(
          `CREATE TABLE IF NOT EXISTS "i_${index.name}" (grp TEXT NOT NULL, pos TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (grp, pos)) WITHOUT ROWID`,
        )
      }
    }
  }

  row<Row>(table: Table<Row>, key: string): Row | null {
    const name = `${table.name}\n${key}`
    const recent = this.#recent.get(name)
    // Rows are written by `put` alone, which the compiler holds to this type; the engine's version drops the file when shapes change.
    if (recent !== undefined) return recent as Row | null
    const found = this.#database.get(`SELECT row FROM "r_${table.name}" WHERE key = ?`, key)
    const row: unknown = found ? JSON.parse(String(found.row)) : null
    if (this.#recent.size >= RECENT) this.#recent.clear()
    this.#recent.set(name, row)
    return row as Row | null
  }

  /** The keys of a table's rows that begin with this. */
  keys(table: string, prefix = ''): readonly string[] {
    const found = this.#database.all(`SELECT key FROM "r_${table}" ORDER BY key`)
    return found.map(({ key }) => String(key)).filter((key) => key.startsWith(prefix))
  }

  list(index: Index, group: string, range: Range = {}): readonly Spot[] {
    const { after = '', before = LAST_POSITION, reverse = false, limit = -1, skip = 0 } = range
    if (skip >= STRIDE && after === '' && !reverse) {
      const from = this.#milestone(index, group, skip)
      if (from.rank > 0) return this.list(index, group, { ...range, after: from.position, skip: skip - from.rank })
    }
    const found = this.#database.lists(
      `SELECT key, pos FROM "i_${index.name}" WHERE grp = ? AND pos > ? AND pos < ? ORDER BY pos ${reverse ? 'DESC' : 'ASC'} ${LIMIT} OFFSET CAST(? AS INTEGER)`,
      group,
      after,
      before,
      limit,
      skip,
    )
    return found.map(([key, position]) => ({ key: String(key), position: String(position) }))
  }

  rows<Row>(table: Table<Row>, index: Index, group: string, range: Range = {}): readonly Row[] {
    return this.found(table, index, group, range).map(({ row }) => row)
  }

  /** The same with their spots. */
  found<Row>(table: Table<Row>, index: Index, group: string, range: Range): readonly (Spot & { readonly row: Row })[] {
    const { after = '', before = LAST_POSITION, reverse = false, limit = -1, skip = 0 } = range
    const found = this.#database.all(
      `SELECT i.key, pos, row FROM "i_${index.name}" i CROSS JOIN "r_${table.name}" r ON r.key = i.key
       WHERE grp = ? AND pos > ? AND pos < ? ORDER BY pos ${reverse ? 'DESC' : 'ASC'} ${LIMIT} OFFSET CAST(? AS INTEGER)`,
      group,
      after,
      before,
      limit,
      skip,
    )
    // As in `row`: only `put` writes rows.
    return found.map(({ key, pos, row }) => ({ key: String(key), position: String(pos), row: JSON.parse(String(row)) as Row }))
  }

  count(index: Index, group: string, atMost = -1): number {
    const from = this.#milestone(index, group, atMost)
    const found = this.#database.get(
      `SELECT count(*) AS n FROM (SELECT 1 FROM "i_${index.name}" WHERE grp = ? AND pos > ? ${LIMIT})`,
      group,
      from.position,
      atMost - from.rank,
    )
    return from.rank + Number(found?.n ?? 0)
  }

  put<Row>(table: Table<Row>, row: Row): void {
    const key = table.key(row)
    const text = JSON.stringify(row)
    this.#recent.delete(`${table.name}\n${key}`)
    const before = this.#database.get(`SELECT row FROM "r_${table.name}" WHERE key = ?`, key)
    if (before?.row === text) return
    this.#database.run(
      `INSERT INTO "r_${table.name}" (key, row) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET row = excluded.row`,
      key,
      text,
    )
    // As in `row`: only `put` writes rows.
    this.#move(table, key, before ? (JSON.parse(String(before.row)) as Row) : null, row)
  }

  remove<Row>(table: Table<Row>, key: string): void {
    const before = this.row(table, key)
    if (before === null) return
    this.#recent.delete(`${table.name}\n${key}`)
    this.#database.run(`DELETE FROM "r_${table.name}" WHERE key = ?`, key)
    this.#move(table, key, before, null)
  }

  /** Gives every row its places anew and counts all of them as touched: for an engine whose index functions may be other ones. */
  reindex(): void {
    this.#touched = []
    this.#milestones.clear()
    for (const table of this.#tables) {
      for (const index of Object.values(table.indexes)) this.#database.run(`DELETE FROM "i_${index.name}"`)
      for (const { key, row } of this.#database.all(`SELECT key, row FROM "r_${table.name}"`)) {
        this.#move(table, String(key), null, JSON.parse(String(row)) as never)
      }
    }
  }

  /** Nobody depends on a place yet: until `takeTouched` is called next, rows alone count as touched. A large site's places take more memory than all else that a first build notes. */
  leavePlaces(): void {
    this.#placesUnread = true
  }

  /** What was altered since the last call. */
  takeTouched(): readonly Touched[] {
    const touched = this.#touched
    this.#touched = []
    this.#placesUnread = false
    return touched
  }

  #move<Row>(table: Table<Row>, key: string, before: Row | null, after: Row | null): void {
    this.#touched.push({ type: 'row', table: table.name, key, exists: after !== null, existed: before !== null })
    for (const index of Object.values(table.indexes)) {
      const old = before === null ? [] : index.places(before)
      const now = after === null ? [] : index.places(after)
      for (const place of old) if (!has(now, place)) this.#leave(index, place, key)
      for (const place of now) if (!has(old, place)) this.#take(index, place, key)
    }
  }

  #take(index: Index, { group, sort }: Place, key: string): void {
    const position = positionOf(sort, key)
    this.#database.run(`INSERT OR IGNORE INTO "i_${index.name}" (grp, pos, key) VALUES (?, ?, ?)`, group, position, key)
    this.#touchPlace(index, group, position)
  }

  #leave(index: Index, { group, sort }: Place, key: string): void {
    const position = positionOf(sort, key)
    this.#database.run(`DELETE FROM "i_${index.name}" WHERE grp = ? AND pos = ?`, group, position)
    this.#touchPlace(index, group, position)
  }

  /** Where counting up to `rank` can begin: a place of a list, and how many there are up to it. */
  #milestone(index: Index, group: string, rank: number): { readonly position: string; readonly rank: number } {
    const wanted = Math.floor(rank / STRIDE)
    if (wanted < 1) return { position: '', rank: 0 }
    const name = `${index.name}\n${group}`
    const known = this.#milestones.get(name) ?? []
    this.#milestones.set(name, known)
    while (known.length < wanted) {
      const next = this.list(index, group, { after: known.at(-1) ?? '', skip: STRIDE - 1, limit: 1 })[0]
      if (next === undefined) break
      known.push(next.position)
    }
    const reached = Math.min(wanted, known.length)
    return { position: known[reached - 1] ?? '', rank: reached * STRIDE }
  }

  #touchPlace(index: Index, group: string, position: string): void {
    this.#milestones.delete(`${index.name}\n${group}`)
    if (!this.#placesUnread) this.#touched.push({ type: 'place', index: index.name, group, position })
  }
}

function has(places: readonly Place[], { group, sort }: Place): boolean {
  return places.some((place) => place.group === group && place.sort === sort)
}
