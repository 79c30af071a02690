import type { Database } from '../model/database.ts'
import type { Json, ObjectInfo } from '../protocol/types.ts'

/** A page as the site's database knows it. */
export interface PageRow {
  readonly path: string
  readonly route: string
  readonly unit: string
  readonly argument: Json
  /** Null until it was rendered once. */
  readonly object: ObjectInfo | null
}

/** The pages a site has now, each with its owner (a route's unit) and the hash of its last rendering. */
export class Pages {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
    database.exec(`
      CREATE TABLE IF NOT EXISTS pages (key TEXT PRIMARY KEY, path TEXT NOT NULL, route TEXT NOT NULL, unit TEXT NOT NULL,
        argument TEXT NOT NULL, hash TEXT, size INTEGER, type TEXT, cache TEXT, redirect TEXT) WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS pages_by_owner ON pages (route, unit);
    `)
    if (!database.all('PRAGMA table_info(pages)').some(({ name }) => name === 'redirect'))
      database.exec('ALTER TABLE pages ADD COLUMN redirect TEXT')
  }

  get(path: string): PageRow | null {
    const page = this.byKey(keyOf(path))
    return page?.path === path ? page : null
  }

  has(key: string): boolean {
    return this.#database.get('SELECT 1 FROM pages WHERE key = ?', key) !== undefined
  }

  byKey(key: string): PageRow | null {
    const row = this.#database.get('SELECT * FROM pages WHERE key = ?', key)
    return row ? pageOf(row) : null
  }

  /** The pages whose keys lie in the folder of this name, by key. */
  *below(folder: string): Iterable<PageRow> {
    // `0` is what comes after `/`.
    for (let after = `${folder}/`; ; ) {
      const row = this.#database.get('SELECT * FROM pages WHERE key > ? AND key < ? ORDER BY key LIMIT 1', after, `${folder}0`)
      if (!row) return
      after = String(row.key)
      yield pageOf(row)
    }
  }

  of(route: string, unit: string): readonly PageRow[] {
    return this.#database.all('SELECT * FROM pages WHERE route = ? AND unit = ?', route, unit).map(pageOf)
  }

  ofRoute(route: string): readonly PageRow[] {
    return this.#database.all('SELECT * FROM pages WHERE route = ?', route).map(pageOf)
  }

  *all(): Iterable<PageRow> {
    let after = ''
    for (;;) {
      const rows = this.#database.all('SELECT * FROM pages WHERE key > ? ORDER BY key LIMIT 1000', after)
      if (rows.length === 0) return
      for (const row of rows) yield pageOf(row)
      after = String(rows.at(-1)?.key)
    }
  }

  /** What the pages were last rendered to, by key: no more of it than tells whether a folder holds it, which every build asks of every page. */
  *versions(): Iterable<Pick<ObjectInfo, 'key' | 'hash' | 'sizeBytes'>> {
    const sql = 'SELECT key, hash, size FROM pages WHERE key > ? AND hash IS NOT NULL ORDER BY key LIMIT 1000'
    for (let after = ''; ; ) {
      const rows = this.#database.lists(sql, after)
      if (rows.length === 0) return
      for (const [key, hash, size] of rows) yield { key: String(key), hash: String(hash), sizeBytes: Number(size) }
      after = String(rows.at(-1)?.[0])
    }
  }

  paths(): readonly string[] {
    return this.#database.all('SELECT path FROM pages ORDER BY path').map(({ path }) => String(path))
  }

  get size(): number {
    return Number(this.#database.get('SELECT count(*) AS n FROM pages')?.n)
  }

  /** Adds a page or changes its owner and argument; what it was last rendered to stays known. */
  claim(page: { path: string; route: string; unit: string; argument: Json }): void {
    this.#database.run(
      `INSERT INTO pages (key, path, route, unit, argument) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (key) DO UPDATE SET route = excluded.route, unit = excluded.unit, argument = excluded.argument`,
      keyOf(page.path),
      page.path,
      page.route,
      page.unit,
      JSON.stringify(page.argument),
    )
  }

  remove(path: string): void {
    this.#database.run('DELETE FROM pages WHERE key = ? AND path = ?', keyOf(path), path)
  }

  forgetObject(path: string): void {
    this.#database.run('UPDATE pages SET hash = NULL WHERE key = ?', keyOf(path))
  }

  setObject(object: ObjectInfo): void {
    this.#database.run(
      'UPDATE pages SET hash = ?, size = ?, type = ?, cache = ?, redirect = ? WHERE key = ?',
      object.hash,
      object.sizeBytes,
      object.contentType,
      object.cache,
      object.redirect ?? null,
      object.key,
    )
  }
}

/** The store's key of a page's path: `/posts/hello/` → `posts/hello/index.html`, `/feed.xml` → `feed.xml`. */
export function keyOf(path: string): string {
  const relative = path.slice(1)
  return relative === '' || relative.endsWith('/') ? `${relative}index.html` : relative
}

function pageOf(row: Record<string, unknown>): PageRow {
  const cache = row.cache === 'immutable' ? 'immutable' : 'page'
  const object =
    row.hash === null
      ? null
      : ({
          key: String(row.key),
          hash: String(row.hash),
          sizeBytes: Number(row.size),
          contentType: String(row.type),
          cache,
          ...(typeof row.redirect === 'string' ? { redirect: row.redirect } : {}),
        } as const)
  // `argument` is only written by `claim`, from a Json.
  const argument = JSON.parse(String(row.argument)) as Json
  return { path: String(row.path), route: String(row.route), unit: String(row.unit), argument, object }
}
