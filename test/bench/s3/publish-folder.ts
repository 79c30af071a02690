import { hash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openPublisher } from '../../../src/publish/publisher.ts'
import { type S3Options, s3Store } from '../../../src/publish/stores/s3.ts'
import type { UnreadObject } from '../../../src/publish/types.ts'
import { countRequests } from './requests.ts'

/** Publishes a folder of built pages as `drowse publish` does after its build: `node publish-folder.ts '<FolderTask as JSON>'`. Prints the requests it took. */
export interface FolderTask {
  readonly store: S3Options
  readonly indexPath: string
  readonly site: string
}

const { store, indexPath, site }: FolderTask = JSON.parse(process.argv[2] ?? '{}')
const count = countRequests()
const publisher = await openPublisher(await s3Store(store), indexPath)
await publisher.publish({ objects: objectsOf(site), removed: [], complete: true, source: 'folder' })
publisher.close()
process.stdout.write(String(count()))

function objectsOf(folder: string): readonly UnreadObject[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return files.map(({ parentPath, name }) => {
    const path = join(parentPath, name)
    const bytes = readFileSync(path)
    const key = path.slice(folder.length + 1)
    const info = {
      key,
      hash: hash('sha256', bytes),
      sizeBytes: bytes.byteLength,
      contentType: 'text/html',
      cache: 'page',
    } as const
    return { info, bytes: () => readFileSync(path) }
  })
}
