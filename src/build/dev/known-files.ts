import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { lstat, readFile } from 'node:fs/promises'
import type { Picture } from '../../model/picture.ts'
import { versionBytes } from '../pictures.ts'
import type { FolderScan, ScannedFile } from '../scan-folder.ts'

/** A file as it was read: its path in the site, where it lies, and its bytes at that moment. */
export interface ReadFile {
  readonly path: string
  readonly file: string
  readonly hash: string
  readonly bytes: Uint8Array
  /** Of a picture, what it came to; null where pictures are left as they are. */
  readonly picture?: Picture | null
}

export interface FileChanges {
  readonly changed: readonly ReadFile[]
  /** Paths in the site. */
  readonly removed: readonly string[]
}

type Listed = readonly { readonly path: string; readonly file: string }[]

/** The files of a site's folder as they were last taken in, so that a change is found without looking at the others. */
export class KnownFiles {
  readonly #files = new Map<string, { readonly hash: string; readonly file: string }>()
  readonly #paths = new Map<string, string>()
  readonly #picturesDir: string
  /** Bytes by hash, read when asked for. */
  readonly blobs = new Map<string, () => Uint8Array>()

  constructor(scan: Pick<FolderScan, 'files'>, picturesDir: string) {
    this.#picturesDir = picturesDir
    for (const [path, file] of scan.files) this.#set(path, file)
  }

  get size(): number {
    return this.#files.size
  }

  find(path: string): { readonly hash: string; readonly file: string } | null {
    return this.#files.get(path) ?? null
  }

  /** A file's path in the site; null for one that was not there when the folder was last listed. */
  pathOf(file: string): string | null {
    return this.#paths.get(file) ?? null
  }

  /** Reads these files of the site: which have other bytes than before, and which are gone. `strange` are no longer plain files. */
  async read(files: readonly string[]): Promise<FileChanges & { readonly strange: readonly string[] }> {
    const changed: ReadFile[] = []
    const removed: string[] = []
    const strange: string[] = []
    for (const file of files) {
      const path = this.#paths.get(file)
      if (path === undefined) continue
      const found = await lstat(file).catch(nullIfMissing)
      if (found === null) removed.push(path)
      else if (!found.isFile()) strange.push(file)
      else {
        const bytes = await readFile(file).catch(nullIfMissing)
        if (bytes === null) removed.push(path)
        else if (this.#isNew(path, bytes)) changed.push({ path, file, hash: hash('sha256', bytes), bytes })
      }
    }
    return { changed, removed, strange }
  }

  /** What a new listing of the folder has that is not known, and the other way round. Known files that are still listed are not read. */
  async compare(listed: Listed, notRead: ReadonlySet<string>): Promise<FileChanges> {
    const there = new Set(listed.map(({ path }) => path))
    const changed: ReadFile[] = []
    for (const { path, file } of listed) {
      if (this.#files.get(path)?.file === file && !notRead.has(file)) continue
      const bytes = await readFile(file).catch(nullIfMissing)
      if (bytes === null) there.delete(path)
      else if (this.#isNew(path, bytes)) changed.push({ path, file, hash: hash('sha256', bytes), bytes })
    }
    return { changed, removed: [...this.#files.keys()].filter((path) => path !== 'site.yaml' && !there.has(path)) }
  }

  /** These changes are in the model now. */
  accept({ changed, removed }: FileChanges): void {
    for (const path of removed) {
      const file = this.#files.get(path)?.file
      if (file !== undefined && this.#paths.get(file) === path) this.#paths.delete(file)
      this.#files.delete(path)
    }
    for (const file of changed) this.#set(file.path, file)
  }

  #set(path: string, { hash: hashOf, file, picture }: ScannedFile): void {
    this.#files.set(path, { hash: hashOf, file })
    this.#paths.set(file, path)
    this.blobs.set(hashOf, () => readFileSync(file))
    for (const [version, bytes] of versionBytes(picture, this.#picturesDir)) this.blobs.set(version, bytes)
  }

  #isNew(path: string, bytes: Uint8Array): boolean {
    return this.#files.get(path)?.hash !== hash('sha256', bytes)
  }
}

function nullIfMissing(error: unknown): null {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return null
  throw error
}
