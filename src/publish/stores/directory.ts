import { hash, randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { link, mkdir, open, readdir, readFile, rename, rm, rmdir, stat, unlink } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { DrowseError } from '../../errors/drowse-error.ts'
import type { ObjectInfo } from '../../protocol/types.ts'
import { checkKey } from '../key.ts'
import type { Store } from '../types.ts'

const TEMP = '.drowse-temp'

/**
 * Objects as files below `root`, which is made if it is missing. A reader sees the old bytes or the new ones, never a part. What an earlier
 * process left half-written is swept, so one process at a time may write to a root. Throws `folder-unwritable`.
 */
export function directoryStore(root: string) {
  const temp = join(root, TEMP)
  const createOnly = prepareTemp(root, temp)

  async function put(key: string, bytes: Uint8Array, condition?: 'createOnly'): Promise<boolean> {
    const path = pathOf(root, key)
    if (condition === undefined && (await holdsBytes(path, bytes))) return true
    const draft = join(temp, randomBytes(12).toString('hex'))
    try {
      await writeDurably(draft, bytes)
      const isThere = await moveInto(draft, path, condition)
      if (isThere) await syncFolder(dirname(path))
      return isThere
    } catch (error) {
      await rm(draft, { force: true })
      throw error
    }
  }

  /** False when the key is there and must not be replaced. The draft is gone afterwards. */
  async function moveInto(draft: string, path: string, condition: 'createOnly' | undefined): Promise<boolean> {
    for (let tries = 0; ; tries++) {
      try {
        if (condition === undefined) await rename(draft, path)
        else await linkAway(draft, path)
        return true
      } catch (error) {
        if (condition === 'createOnly' && codeOf(error) === 'EEXIST') return false
        // The folder is new, or `remove` has just taken it away because it was empty.
        if (codeOf(error) !== 'ENOENT' || tries === 3) throw error
        await makeFolder(root, dirname(path))
      }
    }
  }

  /** A hard link where the file system has them: files are replaced here and never written into, so two names of one never get in each other's way. */
  async function copy(from: string, to: string): Promise<boolean> {
    const draft = join(temp, randomBytes(12).toString('hex'))
    try {
      if (createOnly) await link(pathOf(root, from), draft)
      else await writeDurably(draft, await readFile(pathOf(root, from)))
    } catch (error) {
      if (isAbsent(error)) return false
      throw error
    }
    await moveInto(draft, pathOf(root, to), undefined)
    // A rename between two names of one file leaves both, https://man7.org/linux/man-pages/man2/rename.2.html
    await rm(draft, { force: true })
    await syncFolder(dirname(pathOf(root, to)))
    return true
  }

  async function remove(keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      const path = pathOf(root, key)
      if (!(await absentIsFine(unlink(path)))) continue
      await syncFolder(await removeEmptyFolders(root, dirname(path)))
    }
  }

  async function* list(prefix: string): AsyncGenerator<string, void, undefined> {
    const top = prefix.slice(0, prefix.lastIndexOf('/') + 1)
    for await (const key of walk(root, top)) if (key.startsWith(prefix)) yield key
  }

  return {
    name: 'directory',
    capabilities: { createOnly, compareAndSwap: false, shared: false },
    put: (key, bytes, _info, condition?: 'createOnly') => told(key, put(key, bytes, condition)),
    holds: (key, info) => told(key, holdsHash(pathOf(root, key), info)),
    copy: (from, to) => told(to, copy(from, to)),
    get: (key) => told(key, readOrNull(pathOf(root, key))),
    list,
    remove: (keys) => told(keys[0] ?? '', remove(keys)),
  } satisfies Store
}

/** Makes root and temp folder, empties the latter, and says whether the file system has hard links. */
function prepareTemp(root: string, temp: string): boolean {
  try {
    rmSync(temp, { recursive: true, force: true })
    mkdirSync(temp, { recursive: true })
    writeFileSync(join(temp, 'probe'), '')
  } catch (cause) {
    throw new DrowseError('folder-unwritable', `The folder ${root} can’t be written to (${codeOf(cause) ?? String(cause)}).`, {
      hint: 'Choose another folder or change its permissions.',
      cause,
    })
  }
  try {
    linkSync(join(temp, 'probe'), join(temp, 'linked'))
    return true
  } catch {
    return false
  } finally {
    rmSync(join(temp, 'probe'), { force: true })
    rmSync(join(temp, 'linked'), { force: true })
  }
}

function pathOf(root: string, key: string): string {
  checkKey(key)
  const segments = key.split('/')
  if (segments[0] === TEMP) throw new DrowseError('store-failed', `The key “${key}” is the store’s own.`)
  return join(root, ...segments)
}

/** Whether exactly these bytes are at `path`: reading them is cheaper than making them durable again. */
async function holdsBytes(path: string, bytes: Uint8Array): Promise<boolean> {
  const there = await readOfSize(path, bytes.byteLength)
  return there !== null && Buffer.compare(there, bytes) === 0
}

async function holdsHash(path: string, info: ObjectInfo): Promise<boolean> {
  const there = await readOfSize(path, info.sizeBytes)
  return there !== null && hash('sha256', there) === info.hash
}

/** The bytes at `path` if there are this many of them. */
async function readOfSize(path: string, sizeBytes: number): Promise<Uint8Array | null> {
  try {
    if ((await stat(path)).size !== sizeBytes) return null
  } catch (error) {
    if (isAbsent(error)) return null
    throw error
  }
  return await readOrNull(path)
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o644)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** A rename that fails with `EEXIST` instead of replacing. */
async function linkAway(draft: string, path: string): Promise<void> {
  try {
    await link(draft, path)
  } catch (error) {
    if (codeOf(error) === 'EEXIST') await rm(draft, { force: true })
    throw error
  }
  await rm(draft, { force: true })
}

/** Makes a folder and those above it; the names of new ones are on disk when it resolves. */
async function makeFolder(root: string, folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true })
  if (first === undefined) return
  for (let made = folder; made.length >= first.length && made !== root; made = dirname(made)) await syncFolder(dirname(made))
}

/** Returns the lowest folder that stays. */
async function removeEmptyFolders(root: string, from: string): Promise<string> {
  let folder = from
  while (folder !== root && folder.startsWith(root + sep)) {
    try {
      await rmdir(folder)
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') break
    }
    folder = dirname(folder)
  }
  return folder
}

async function syncFolder(path: string): Promise<void> {
  // Windows has no such call for folders, and makes renames durable itself.
  if (process.platform === 'win32') return
  try {
    const folder = await open(path, 'r')
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  } catch (error) {
    // Taken away by a `remove` meanwhile, which syncs the folder above.
    if (!isAbsent(error)) throw error
  }
}

async function* walk(root: string, prefix: string): AsyncGenerator<string, void, undefined> {
  const entries = await readdir(join(root, prefix), { withFileTypes: true }).catch((error: unknown) => {
    if (isAbsent(error)) return []
    throw failure(prefix, error)
  })
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (prefix === '' && entry.name === TEMP) continue
    if (entry.isDirectory()) yield* walk(root, `${prefix}${entry.name}/`)
    else yield `${prefix}${entry.name}`
  }
}

async function readOrNull(path: string): Promise<Uint8Array | null> {
  try {
    return await readFile(path)
  } catch (error) {
    if (isAbsent(error) || codeOf(error) === 'EISDIR') return null
    throw error
  }
}

async function absentIsFine(removal: Promise<void>): Promise<boolean> {
  try {
    await removal
    return true
  } catch (error) {
    // A folder of this name is not the object, which is gone.
    if (isAbsent(error) || codeOf(error) === 'EISDIR') return false
    throw error
  }
}

function isAbsent(error: unknown): boolean {
  const code = codeOf(error)
  return code === 'ENOENT' || code === 'ENOTDIR'
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null
}

async function told<T>(key: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw failure(key, error)
  }
}

function failure(key: string, error: unknown): DrowseError {
  if (error instanceof DrowseError) return error
  const code = codeOf(error) ?? String(error)
  return new DrowseError('store-failed', `The store could not handle “${key}” (${code}).`, { hint: hintFor(code), cause: error })
}

function hintFor(code: string): string {
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'The disk is full. Make room on it; what was accepted is kept and published then.'
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'The folder can’t be written to. Change its permissions; what was accepted is kept and published then.'
    default:
      return 'What was accepted is kept and published once the folder can be written to again.'
  }
}
