import type { Database } from '../model/database.ts'
import type { PageProblem } from '../render/types.ts'
import { keyOf } from './pages.ts'

/** What is wrong with pages as they were last rendered: told again by every build until it is mended. Those of a page that is gone go with it. */
export class PageProblems {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
    database.exec(`
      CREATE TABLE IF NOT EXISTS page_problems (key TEXT PRIMARY KEY REFERENCES pages (key) ON DELETE CASCADE, failed INTEGER NOT NULL,
        problems TEXT NOT NULL) WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS pages_failed ON page_problems (key) WHERE failed = 1;
    `)
  }

  /** The pages that could not be rendered. */
  get failed(): readonly string[] {
    const rows = this.#database.all('SELECT path FROM page_problems JOIN pages USING (key) WHERE failed = 1 ORDER BY key')
    return rows.map(({ path }) => String(path))
  }

  get all(): readonly PageProblem[] {
    const rows = this.#database.all('SELECT problems FROM page_problems ORDER BY key')
    // Written by `note` alone.
    return rows.flatMap(({ problems }) => JSON.parse(String(problems)) as readonly PageProblem[])
  }

  /** What came of rendering a page that is there. Returns whether this is news. */
  note(path: string, problems: readonly PageProblem[], { failed }: { readonly failed: boolean }): boolean {
    const key = keyOf(path)
    const known = this.#database.get('SELECT problems FROM page_problems WHERE key = ?', key)?.problems
    if (problems.length === 0) {
      if (known !== undefined) this.#database.run('DELETE FROM page_problems WHERE key = ?', key)
      return known !== undefined
    }
    const told = JSON.stringify(problems)
    if (told === known) return false
    this.#database.run('INSERT OR REPLACE INTO page_problems (key, failed, problems) VALUES (?, ?, ?)', key, failed ? 1 : 0, told)
    return true
  }
}
