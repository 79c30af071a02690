import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { DrowseError } from '../errors/drowse-error.ts'
import type { ObjectInfo } from '../protocol/types.ts'

/** Lists what a build wrote into its folder: a line each, hash and key. Files that are not on it are not touched. */
const MANIFEST = '.drowse-manifest'
/** Lists what was written since there is such a list, a line each: if the build is broken off, nobody can tell what is in these files, but they are its own. */
const DOUBTFUL = '.drowse-manifest.doubtful'

/** The folder a build writes to. */
export interface OutDir {
  /** Whether the folder holds just this version of the object. */
  holds(object: Pick<ObjectInfo, 'key' | 'hash' | 'sizeBytes'>): boolean
  write(object: ObjectInfo, bytes: Uint8Array): void
  /** Removes a file that was written through this object; none is fine. */
  remove(key: string): void
  /** Removes what earlier builds wrote and this one did not keep, and notes what is there now. Returns the keys of what was removed. */
  finish(kept: ReadonlyMap<string, string>): readonly string[]
}

/** Opens a folder for a build, making it if need be. Throws `folder-unwritable`. */
export function openOutDir(root: string): OutDir {
  const made = new Set<string>()
  const doubtful = new Set(linesOf(join(root, DOUBTFUL)).filter((key) => key !== ''))
  const noted = readManifest(join(root, MANIFEST))
  for (const key of doubtful) noted.set(key, noted.get(key) ?? '')
  let written: ReadonlyMap<string, string> = noted

  function doubt(key: string): void {
    if (written.size === 0 || doubtful.has(key)) return
    doubtful.add(key)
    try {
      appendFileSync(join(root, DOUBTFUL), `\n${key}`)
    } catch (error) {
      // Somebody removed the folder, and its manifest too.
      if (!isMissing(error)) throw error
    }
  }

  function folder(path: string): void {
    if (made.has(path)) return
    makeFolder(path)
    made.add(path)
  }

  return {
    holds(object) {
      if (written.get(object.key) !== object.hash || doubtful.has(object.key)) return false
      // As `join` would say it; this is asked of every file.
      return statSync(`${root}/${object.key}`, { throwIfNoEntry: false })?.size === object.sizeBytes
    },
    write(object, bytes) {
      const file = join(root, object.key)
      explain(root, () => {
        doubt(object.key)
        // Where an earlier version lies, there is a folder, unless somebody removed it.
        if (written.has(object.key) && rewrite(file, bytes)) return
        folder(dirname(file))
        writeFileSync(file, bytes)
      })
    },
    remove(key) {
      explain(root, () => removeFile(root, key))
      made.clear()
    },
    finish(kept) {
      const gone = [...written.keys()].filter((key) => !kept.has(key))
      explain(root, () => {
        for (const key of gone) removeFile(root, key)
        if (gone.length > 0 || !isSame(written, kept)) writeManifest(root, kept)
        rmSync(join(root, DOUBTFUL), { force: true })
      })
      written = kept
      doubtful.clear()
      return gone
    },
  }
}

/** False where there is no folder for the file. */
function rewrite(file: string, bytes: Uint8Array): boolean {
  try {
    writeFileSync(file, bytes)
    return true
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

/** Hashes by keys. Without a manifest nothing in the folder is known to be ours. */
function readManifest(file: string): Map<string, string> {
  const written = new Map<string, string>()
  for (const line of linesOf(file)) if (line.length > 65) written.set(line.slice(65), line.slice(0, 64))
  return written
}

/** None if there is no such file. */
function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split('\n')
  } catch {
    return []
  }
}

function writeManifest(root: string, kept: ReadonlyMap<string, string>): void {
  makeFolder(root)
  const draft = join(root, `${MANIFEST}.new`)
  writeFileSync(draft, [...kept].map(([key, hash]) => `${hash} ${key}\n`).join(''))
  renameSync(draft, join(root, MANIFEST))
}

function isSame(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): boolean {
  if (before.size !== after.size) return false
  for (const [key, hash] of after) if (before.get(key) !== hash) return false
  return true
}

/** Removes a file and the folders it leaves empty. */
function removeFile(root: string, key: string): void {
  rmSync(join(root, key), { force: true })
  for (let folder = dirname(key); folder !== '.'; folder = dirname(folder)) {
    try {
      rmdirSync(join(root, folder))
    } catch {
      return
    }
  }
}

/** Node's own `recursive` never ends where a folder is there but takes no new ones, such as /proc. `isAgain`: the folder above was there a moment ago. */
function makeFolder(path: string, isAgain = false): void {
  try {
    mkdirSync(path)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    if (code === 'EEXIST' && statSync(path).isDirectory()) return
    const isInFolder = existsSync(dirname(path))
    // Another thread may have made the folder above just now.
    if (code !== 'ENOENT' || (isInFolder && isAgain)) throw error
    if (!isInFolder) makeFolder(dirname(path))
    makeFolder(path, true)
  }
}

function explain(root: string, work: () => void): void {
  try {
    work()
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new DrowseError('folder-unwritable', `The output folder ${root} can’t be written: ${why}.`, {
      cause,
      hint: 'Check that the folder may be written to and the disk has room, or name another one with --out.',
    })
  }
}
