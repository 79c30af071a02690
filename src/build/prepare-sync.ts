import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parserNamed } from '../content/markdown/parser-named.ts'
import { readEntry } from '../content/read-entry.ts'
import { typeOfPath } from '../content/sources.ts'
import type { Body, BodyCache, EntryType } from '../content/types.ts'
import type { SyncPayload } from '../features/site/site-sync.ts'
import type { Problem } from '../protocol/types.ts'
import type { CompiledTheme } from '../render/theme/types.ts'
import { filesOfTheme } from './build.ts'
import type { FolderScan } from './scan-folder.ts'
import type { Snapshot } from './snapshot.ts'

export interface PreparedSync {
  /** Null where the machine has everything. */
  readonly write: {
    readonly payload: SyncPayload
    readonly blobs: ReadonlyMap<string, Uint8Array>
    /** Follows from what is sent and which sync it is: what was rejected is not asked of the machine again. */
    readonly key: string
    /** What the machine has once the write is applied: the next call's `last`. */
    readonly after: Snapshot
  } | null
  readonly problems: readonly Problem[]
}

/**
 * The difference between a folder and what the machine has of it, `last`; null for nothing. Files with errors stay behind, so the machine keeps their last good
 * version; the problems say so. The bytes of all changed files are held in memory.
 */
export function prepareSync(
  scan: FolderScan,
  theme: CompiledTheme,
  { last: before, engine, types }: { last: Snapshot | null; engine: string; types: readonly EntryType[] },
): PreparedSync {
  const parser = scan.config.parser
  const blobs = new Map<string, Uint8Array>()
  const problems: Problem[] = []
  const files: Record<string, string> = {}
  const changed: { path: string; hash: string }[] = []
  for (const [path, { hash: hashOf, file }] of scan.files) {
    const known = before?.files[path]
    if (known === hashOf && before?.parser === parser) {
      files[path] = hashOf
      continue
    }
    const bytes = readFileSync(file)
    const faults = faultsOf(path, bytes, types, parser)
    problems.push(...faults)
    if (faults.some(({ severity }) => severity === 'error')) {
      if (known !== undefined) files[path] = known
      continue
    }
    files[path] = hashOf
    changed.push({ path, hash: hashOf })
    blobs.set(hashOf, bytes)
  }
  const removed = Object.keys(before?.files ?? {}).filter((path) => !scan.files.has(path))
  const themeName = hash('sha256', [theme.hash, ...theme.assets.map(({ path }) => path)].join('\n'))
  const themeChanged = before?.theme !== themeName
  if (changed.length + removed.length === 0 && !themeChanged && before?.engine === engine) return { write: null, problems }

  const sources = new Map<string, () => Uint8Array>()
  const themeFiles = filesOfTheme(theme, sources)
  if (themeChanged) for (const [hashOf, bytes] of sources) blobs.set(hashOf, bytes())
  const payload: SyncPayload = {
    changed,
    removed,
    theme: themeChanged ? { ...themeFiles, assets: [...themeFiles.assets] } : null,
  }
  const number = (before?.number ?? 0) + 1
  const after: Snapshot = { number, engine, theme: themeName, parser, files }
  const key = hash('sha256', JSON.stringify([after, payload]))
  return { write: { payload, blobs, key, after }, problems }
}

function faultsOf(
  path: string,
  bytes: Uint8Array,
  types: readonly EntryType[],
  parser: 'satteri' | 'remark',
): readonly Problem[] {
  const type = typeOfPath(path, types)
  return type === null ? [] : readEntry({ path, bytes }, type, { parser: parserNamed(parser), bodies: memoryBodies() }).problems
}

function memoryBodies(): BodyCache {
  const bodies = new Map<string, Body>()
  return { get: (key) => bodies.get(key) ?? null, set: (key, body) => void bodies.set(key, body) }
}
