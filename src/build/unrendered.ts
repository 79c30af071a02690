import type { Database } from '../model/database.ts'
import type { Problem } from '../protocol/types.ts'

/** The pages whose last rendering failed, with the reasons: told again by every build until they are mended. */
export class Unrendered {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
    database.exec('CREATE TABLE IF NOT EXISTS unrendered (path TEXT PRIMARY KEY, problems TEXT NOT NULL)')
  }

  get paths(): readonly string[] {
    return this.#database.all('SELECT path FROM unrendered ORDER BY path').map(({ path }) => String(path))
  }

  get problems(): readonly Problem[] {
    const rows = this.#database.all('SELECT problems FROM unrendered ORDER BY path')
    // Written by `note` alone.
    return rows.flatMap(({ problems }) => JSON.parse(String(problems)) as readonly Problem[])
  }

  /** What came of rendering a page: no problems, and it is not one of these any more. */
  note(path: string, problems: readonly Problem[]): void {
    if (problems.length === 0) this.#database.run('DELETE FROM unrendered WHERE path = ?', path)
    else this.#database.run('INSERT OR REPLACE INTO unrendered (path, problems) VALUES (?, ?)', path, JSON.stringify(problems))
  }

  forgetGone(isThere: (path: string) => boolean): void {
    for (const path of this.paths) if (!isThere(path)) this.note(path, [])
  }
}
