import { hash } from 'node:crypto'
import type { Body, BodyCache } from '../content/types.ts'
import { DrowseError } from '../errors/drowse-error.ts'
import type { Database } from './database.ts'

/**
 * A body as it is kept: its HTML apart from all else, which is JSON. HTML in JSON takes several times as long to write and to read. It is in UTF-8, as the database has it: a text that was
 * put together from hundreds of pieces holds on to them all, and to what they were cut from, until somebody reads it, and with one `“` in it takes twice the bytes.
 */
export type KeptBody = readonly [hash: string, html: Uint8Array, rest: string]

const UTF8 = new TextEncoder()

export interface SiteBodies extends BodyCache {
  /** Takes in what another thread made. */
  keep(made: { readonly bodies: readonly KeptBody[]; readonly code: readonly (readonly [hash: string, html: string])[] }): void
  clear(): void
}

/** A body as `keep` takes it. */
export function keptBody(hash: string, { html, ...rest }: Body): KeptBody {
  return [hash, UTF8.encode(html), JSON.stringify(rest)]
}

const GET_BODY = 'SELECT html, rest FROM kept_bodies WHERE hash = ?'
const SET_BODY = 'INSERT OR REPLACE INTO kept_bodies (hash, html, rest) VALUES (?, CAST(? AS TEXT), ?)'
const SET_CODE = 'INSERT OR REPLACE INTO code (hash, html) VALUES (?, ?)'

/**
 * Rendered bodies by hash, and highlighted code, in the site's database. Their content follows from their hash and the engine, so reading one is never recorded, and another engine
 * begins with none.
 */
export function bodyCache(database: Database): SiteBodies {
  // `bodies` held them in databases made before.
  database.exec(`DROP TABLE IF EXISTS bodies;
    CREATE TABLE IF NOT EXISTS kept_bodies (hash TEXT PRIMARY KEY, html TEXT NOT NULL, rest TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS code (hash TEXT PRIMARY KEY, html TEXT NOT NULL);`)
  const code: BodyCache['code'] = {
    get(codeHash) {
      const found = database.get('SELECT html FROM code WHERE hash = ?', codeHash)
      return found ? String(found.html) : null
    },
    set: (codeHash, html) => void database.run(SET_CODE, codeHash, html),
  }
  return {
    ...keptBodies(database),
    set: (bodyHash, body) => void database.run(SET_BODY, ...keptBody(bodyHash, body)),
    code,
    keep({ bodies, code: highlighted }) {
      for (const body of bodies) database.run(SET_BODY, ...body)
      for (const [hashOf, html] of highlighted) database.run(SET_CODE, hashOf, html)
    },
    clear() {
      database.exec('DELETE FROM kept_bodies; DELETE FROM code;')
    },
  }
}

/** The bodies alone, of a database that has them. */
export function keptBodies(database: Database): Pick<BodyCache, 'get'> {
  return {
    get(bodyHash) {
      const found = database.get(GET_BODY, bodyHash)
      // Written by `keptBody` alone.
      return found ? ({ html: String(found.html), ...JSON.parse(String(found.rest)) } as Body) : null
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
