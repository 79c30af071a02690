import { hash } from 'node:crypto'
import type { Body, BodyCache } from '../content/types.ts'
import { DrowseError } from '../errors/drowse-error.ts'
import type { Database } from './database.ts'

type Texts = readonly (readonly [hash: string, text: string])[]

export interface SiteBodies extends BodyCache {
  /** Takes in what another thread made: bodies as JSON, and code. */
  keep(made: { readonly bodies: Texts; readonly code: Texts }): void
  clear(): void
}

/**
 * Rendered bodies by hash, and highlighted code, in the site's database. Their content follows from their hash and the engine, so reading one is never recorded, and another engine
 * begins with none.
 */
export function bodyCache(database: Database): SiteBodies {
  database.exec(`CREATE TABLE IF NOT EXISTS bodies (hash TEXT PRIMARY KEY, body TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS code (hash TEXT PRIMARY KEY, html TEXT NOT NULL);`)
  return {
    get(bodyHash) {
      const found = database.get('SELECT body FROM bodies WHERE hash = ?', bodyHash)
      // Written by `set` alone.
      return found ? (JSON.parse(String(found.body)) as Body) : null
    },
    set(bodyHash, body) {
      database.run('INSERT OR REPLACE INTO bodies (hash, body) VALUES (?, ?)', bodyHash, JSON.stringify(body))
    },
    code: {
      get(codeHash) {
        const found = database.get('SELECT html FROM code WHERE hash = ?', codeHash)
        return found ? String(found.html) : null
      },
      set(codeHash, html) {
        database.run('INSERT OR REPLACE INTO code (hash, html) VALUES (?, ?)', codeHash, html)
      },
    },
    keep({ bodies, code }) {
      for (const [hashOf, body] of bodies) database.run('INSERT OR REPLACE INTO bodies (hash, body) VALUES (?, ?)', hashOf, body)
      for (const [hashOf, html] of code) database.run('INSERT OR REPLACE INTO code (hash, html) VALUES (?, ?)', hashOf, html)
    },
    clear() {
      database.exec('DELETE FROM bodies; DELETE FROM code;')
    },
  }
}

/** Bytes by their SHA-256, in the site's database. */
export interface Blobs {
  keep(bytes: Uint8Array): string
  /** Throws `internal` for a hash that was never kept. */
  get(hashOf: string): Uint8Array
  has(hashOf: string): boolean
}

export function blobStore(database: Database): Blobs {
  database.exec('CREATE TABLE IF NOT EXISTS blobs (hash TEXT PRIMARY KEY, bytes BLOB NOT NULL)')
  return {
    keep(bytes) {
      const hashOf = hash('sha256', bytes)
      database.run('INSERT OR IGNORE INTO blobs (hash, bytes) VALUES (?, ?)', hashOf, bytes)
      return hashOf
    },
    get(hashOf) {
      const bytes = database.get('SELECT bytes FROM blobs WHERE hash = ?', hashOf)?.bytes
      if (!(bytes instanceof Uint8Array)) throw new DrowseError('internal', `The bytes ${hashOf} were never sent here.`)
      return bytes
    },
    has: (hashOf) => database.get('SELECT 1 FROM blobs WHERE hash = ?', hashOf) !== undefined,
  }
}
