import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Database } from '../model/database.ts'
import type { ObjectInfo } from '../protocol/types.ts'
import { Pages } from './pages.ts'

/** One file that a build wrote. */
export interface BuiltObject {
  readonly info: ObjectInfo
  bytes(): Uint8Array
}

/** All that a build left in its output folder. The cache file is the one it was built with. */
export function builtObjects({
  cacheFile,
  outDir,
}: {
  readonly cacheFile: string
  readonly outDir: string
}): readonly BuiltObject[] {
  const database = new Database(cacheFile, { durable: false })
  try {
    return [...new Pages(database).all()].flatMap(({ object }) =>
      object === null ? [] : [{ info: object, bytes: () => readFileSync(join(outDir, object.key)) }],
    )
  } finally {
    database.close()
  }
}
