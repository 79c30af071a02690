import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { DrowseError } from '../errors/drowse-error.ts'

/**
 * A site's database: one SQLite file, or `:memory:`. Statements are compiled once. All calls are synchronous; one connection writes.
 */
export class Database {
  readonly #sqlite: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  #depth = 0

  /** `durable: false` trades the last commits at a power cut for speed; for caches that can be built again. */
  constructor(path: string, options: { durable: boolean }) {
    try {
      this.#sqlite = new DatabaseSync(path)
    } catch (cause) {
      throw new DrowseError('folder-unwritable', `The database ${path} can’t be opened: ${messageOf(cause)}.`, {
        cause,
        hint: 'Check that its folder exists and may be written to.',
      })
    }
    this.#sqlite.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${options.durable ? 'FULL' : 'OFF'}; PRAGMA temp_store = MEMORY;
      PRAGMA cache_size = -65536; PRAGMA busy_timeout = 2000;`)
  }

  exec(sql: string): void {
    this.#sqlite.exec(sql)
  }

  get(sql: string, ...values: SQLInputValue[]): Record<string, unknown> | undefined {
    return this.#prepare(sql).get(...values)
  }

  all(sql: string, ...values: SQLInputValue[]): Record<string, unknown>[] {
    return this.#prepare(sql).all(...values)
  }

  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#prepare(sql).run(...values).changes)
  }

  /** Runs `work` in a transaction; if one is open already, in a savepoint of it. A throw or a rejection takes back all it did. */
  async transaction<T>(work: () => T | Promise<T>): Promise<T> {
    const name = this.#begin()
    try {
      const result = await work()
      this.#commit(name)
      return result
    } catch (error) {
      this.#rollback(name)
      throw error
    }
  }

  /** Like `transaction`, for work that does not wait. */
  transactionSync<T>(work: () => T): T {
    const name = this.#begin()
    try {
      const result = work()
      this.#commit(name)
      return result
    } catch (error) {
      this.#rollback(name)
      throw error
    }
  }

  close(): void {
    this.#statements.clear()
    this.#sqlite.close()
  }

  #begin(): string {
    const name = `level${this.#depth++}`
    this.#sqlite.exec(name === 'level0' ? 'BEGIN IMMEDIATE' : `SAVEPOINT ${name}`)
    return name
  }

  #commit(name: string): void {
    this.#sqlite.exec(name === 'level0' ? 'COMMIT' : `RELEASE ${name}`)
    this.#depth--
  }

  #rollback(name: string): void {
    this.#depth--
    if (!this.#sqlite.isTransaction) return
    this.#sqlite.exec(name === 'level0' ? 'ROLLBACK' : `ROLLBACK TO ${name}; RELEASE ${name}`)
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known) return known
    const statement = this.#sqlite.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
