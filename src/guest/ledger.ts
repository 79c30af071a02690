import type { Database } from '../model/database.ts'
import type { Effect, Receipt } from '../protocol/types.ts'

/** A key that readers have not been shown yet. */
export interface Unpublished {
  readonly key: string
  readonly removed: boolean
}

/**
 * What the guest must not forget between two batches: the receipt of every write, what is not published yet, and the highest epoch it has met. Written in the
 * same transaction as the writes themselves, so a batch that comes again gets the same answer.
 */
export class Ledger {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
    database.exec(`
      CREATE TABLE IF NOT EXISTS receipts (write TEXT PRIMARY KEY, receipt TEXT NOT NULL) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS outbox (key TEXT PRIMARY KEY, number INTEGER NOT NULL, removed INTEGER NOT NULL) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS effects (id TEXT PRIMARY KEY, effect TEXT NOT NULL, number INTEGER NOT NULL) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
    `)
  }

  receipt(write: string): Receipt | null {
    const found = this.#database.get('SELECT receipt FROM receipts WHERE write = ?', write)
    // Written by `keepReceipt` alone.
    return found ? (JSON.parse(String(found.receipt)) as Receipt) : null
  }

  keepReceipt(receipt: Receipt): void {
    this.#database.run('INSERT INTO receipts (write, receipt) VALUES (?, ?)', receipt.write, JSON.stringify(receipt))
  }

  /** Notes keys as unpublished under the next outbox number, which it returns; without any, the number stays. */
  enqueue(changed: readonly Unpublished[], effects: readonly Effect[]): number {
    if (changed.length + effects.length === 0) return this.counter('outbox')
    const number = this.counter('outbox') + 1
    this.setCounter('outbox', number)
    for (const { key, removed } of changed) {
      this.#database.run('INSERT OR REPLACE INTO outbox (key, number, removed) VALUES (?, ?, ?)', key, number, removed ? 1 : 0)
    }
    for (const effect of effects) {
      this.#database.run(
        'INSERT OR IGNORE INTO effects (id, effect, number) VALUES (?, ?, ?)',
        effect.id,
        JSON.stringify(effect),
        number,
      )
    }
    return number
  }

  unpublished(): readonly Unpublished[] {
    return this.#database
      .all('SELECT key, removed FROM outbox')
      .map((row) => ({ key: String(row.key), removed: row.removed === 1 }))
  }

  effects(): readonly Effect[] {
    // Written by `enqueue` alone.
    return this.#database
      .all('SELECT effect FROM effects ORDER BY number, id')
      .map((row) => JSON.parse(String(row.effect)) as Effect)
  }

  /** Everything up to this outbox number is with the readers. */
  published(number: number): void {
    this.#database.transactionSync(() => {
      this.#database.run('DELETE FROM outbox WHERE number <= ?', number)
      this.#database.run('DELETE FROM effects WHERE number <= ?', number)
    })
  }

  counter(name: 'outbox' | 'epoch'): number {
    return Number(this.#database.get('SELECT value FROM counters WHERE name = ?', name)?.value ?? 0)
  }

  setCounter(name: 'outbox' | 'epoch', value: number): void {
    this.#database.run('INSERT OR REPLACE INTO counters (name, value) VALUES (?, ?)', name, value)
  }
}
