/**
 * Loaded into a guest before its own code. Node's permission model leaves ways out that a guest has no need of, and this closes those that
 * JavaScript can reach: `node:sqlite` opens any file (Node's permissions.md says so), and any process can be sent a signal. Native code is
 * not held by it. Imports nothing of ours, so that a guest need not be able to read our sources.
 */
import { syncBuiltinESMExports } from 'node:module'
import os from 'node:os'
import { resolve } from 'node:path'
import type { DatabaseSync, DatabaseSyncOptions } from 'node:sqlite'

// Not imported: the names of an imported module that only has the node: scheme are fixed from then on.
const sqlite = process.getBuiltinModule('node:sqlite')
const { permission } = process
const mayUse = permission.has.bind(permission)
const { SQLITE_ATTACH, SQLITE_DENY, SQLITE_OK } = sqlite.constants
const { DatabaseSync: Database, backup } = sqlite
const { setAuthorizer } = Database.prototype

function refuse(what: string): never {
  throw Object.assign(new Error(`A guest may not ${what}.`), { code: 'ERR_ACCESS_DENIED' })
}

/** The plain path of a database the guest may open, or an error. In-memory and temporary databases are free. */
function allowed(name: unknown, readOnly: boolean): string {
  if (name === ':memory:' || name === '') return name
  // SQLite reads a name that begins with file: as a URI, with options and escapes of its own.
  if (typeof name !== 'string' || /^file:|\0/i.test(name)) return refuse('name a database other than by a plain path')
  const path = resolve(name)
  if (mayUse('fs.read', path) && (readOnly || mayUse('fs.write', path))) return path
  return refuse(`open the database ${path}`)
}

function authorize(action: number, name: string | null): number {
  if (action !== SQLITE_ATTACH) return SQLITE_OK
  try {
    allowed(name, false)
    return SQLITE_OK
  } catch {
    return SQLITE_DENY
  }
}

// A proxy and not a subclass, whose parent could be asked for.
const Confined = new Proxy(Database, {
  construct(target, [name, options]: [unknown, DatabaseSyncOptions?], newTarget) {
    const database: DatabaseSync = Reflect.construct(
      target,
      [allowed(name, options?.readOnly === true), options ?? {}],
      newTarget,
    )
    if (options?.open === false) return refuse('make a database without opening it')
    Reflect.apply(setAuthorizer, database, [authorize])
    return database
  },
})

Object.assign(sqlite, {
  DatabaseSync: Confined,
  backup: (source: DatabaseSync, path: unknown, options?: object) =>
    Reflect.apply(backup, sqlite, [source, allowed(path, false), options ?? {}]),
})
Object.defineProperty(Database.prototype, 'constructor', { value: Confined })
for (const name of ['setAuthorizer', 'open']) Reflect.deleteProperty(Database.prototype, name)

Object.defineProperty(process, 'kill', { value: () => refuse('send a signal') })
for (const name of ['_kill', '_debugProcess', '_debugEnd', '_linkedBinding']) Reflect.deleteProperty(process, name)
Object.assign(os, { setPriority: () => refuse('change a priority') })
syncBuiltinESMExports()
