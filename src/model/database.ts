import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { DrowseError } from '../errors/drowse-error.ts'

/** Four times as much takes as long: the system has the rest at hand. */
const CACHE_KB = 16_384
/** Readers beside it are many, and the system has at hand what they read. */
const READER_CACHE_KB = 8_192

interface OpenOptions {
  readonly durable: boolean
  readonly readOnly?: boolean
}

/**
 * A site's database: one SQLite file, or `:memory:`. Statements are compiled once. All calls are synchronous; one connection writes.
 */
export class Database {
  readonly #sqlite: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  readonly #lists = new Map<string, StatementSync>()
  readonly #afterRollback: (() => void)[] = []
  #depth = 0

  /** `readOnly` is for a database that is there, and in use by another connection. `durable: false` trades the last commits at a power cut for speed; for caches that can be built again. Throws `folder-unwritable`. */
  constructor(path: string, options: OpenOptions) {
    this.#sqlite = open(path, options)
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

  /** As `all`, each row as its columns in their order, which takes half as long: for what is read by the thousand. */
  lists(sql: string, ...values: SQLInputValue[]): unknown[][] {
    const known = this.#lists.get(sql)
    // What Node returns once it was asked for arrays; its types don't follow.
    if (known) return known.all(...values) as unknown as unknown[][]
    const statement = this.#sqlite.prepare(sql)
    statement.setReturnArrays(true)
    this.#lists.set(sql, statement)
    return statement.all(...values) as unknown as unknown[][]
  }

  /** How many rows it changed. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#write(sql, values).changes)
  }

  /** The id of the row it inserted. */
  insert(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#write(sql, values).lastInsertRowid)
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

  /** Keeps what the open transaction did so far, for other connections to see: only what comes after it can still be taken back. Not within a savepoint. */
  commitSoFar(): void {
    if (this.#depth !== 1) throw new DrowseError('internal', 'Only a whole transaction can be committed.')
    this.#sqlite.exec('COMMIT; BEGIN IMMEDIATE')
  }

  /** Calls `forget` after every rollback, of a savepoint too: for what is kept in memory of what may just have been taken back. */
  onRollback(forget: () => void): void {
    this.#afterRollback.push(forget)
  }

  close(): void {
    this.#statements.clear()
    this.#lists.clear()
    this.#sqlite.close()
  }

  #write(sql: string, values: readonly SQLInputValue[]) {
    // What was meant for a transaction that SQLite has taken back must not be kept on its own.
    if (this.#depth > 0 && !this.#sqlite.isTransaction) throw new DrowseError('internal', 'The transaction is gone.')
    return this.#prepare(sql).run(...values)
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
    // A full disk makes SQLite take back the whole transaction by itself.
    if (this.#sqlite.isTransaction) this.#sqlite.exec(name === 'level0' ? 'ROLLBACK' : `ROLLBACK TO ${name}; RELEASE ${name}`)
    for (const forget of this.#afterRollback) forget()
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known) return known
    const statement = this.#sqlite.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}

function open(path: string, { durable, readOnly = false }: OpenOptions): DatabaseSync {
  let sqlite: DatabaseSync | undefined
  try {
    sqlite = new DatabaseSync(path, { readOnly })
    if (!readOnly) sqlite.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${durable ? 'FULL' : 'OFF'};`)
    sqlite.exec(`PRAGMA temp_store = MEMORY;
      PRAGMA cache_size = -${readOnly ? READER_CACHE_KB : CACHE_KB}; PRAGMA busy_timeout = 2000;`)
    return sqlite
  } catch (cause) {
    sqlite?.close()
    throw new DrowseError('folder-unwritable', `The database ${path} can’t be opened: ${messageOf(cause)}.`, {
      cause,
      hint: isDamaged(cause) ? 'It is damaged; put a copy of it back.' : 'Check that its folder exists and may be written to.',
    })
  }
}

/** Whether an error says that a file is no database, or a broken one, https://www.sqlite.org/rescode.html: corrupt, not a database. */
export function isDamaged(error: unknown): boolean {
  const cause = error instanceof DrowseError ? error.cause : error
  return (
    cause instanceof Error && 'errcode' in cause && typeof cause.errcode === 'number' && [11, 26].includes(cause.errcode & 0xff)
  )
}

/** Whether an error is the database's own (a full disk, say), after which the transaction must not go on. */
export function isDatabaseFault(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR'
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
