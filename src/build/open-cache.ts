import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DrowseError } from '../errors/drowse-error.ts'
import { Database, isDamaged } from '../model/database.ts'

/** A database that keeps what builds know. */
export interface Cache {
  readonly file: string
  readonly database: Database
  close(): void
}

/** A cache that is damaged is begun anew. Without a file it is a temporary one, which threads can open too. */
export function openCache(file: string | null): Cache {
  if (file !== null) {
    makeFolder(dirname(file))
    const database = openOrBegin(file)
    return { file, database, close: () => database.close() }
  }
  const folder = mkdtempSync(join(tmpdir(), 'drowse-'))
  const temporary = join(folder, 'build.db')
  const database = new Database(temporary, { durable: false })
  const close = () => {
    database.close()
    rmSync(folder, { recursive: true, force: true })
  }
  return { file: temporary, database, close }
}

function openOrBegin(file: string): Database {
  try {
    return new Database(file, { durable: false })
  } catch (error) {
    if (!isDamaged(error)) throw error
    for (const part of ['', '-wal', '-shm']) rmSync(file + part, { force: true })
    return new Database(file, { durable: false })
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true })
  } catch (cause) {
    throw new DrowseError('folder-unwritable', `The folder ${folder}, which keeps what builds know, can’t be made.`, {
      cause,
      hint: 'Move away what is in its place, or give yourself the right to write there.',
    })
  }
}
