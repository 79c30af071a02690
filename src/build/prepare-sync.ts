import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import * as v from 'valibot'
import { parserNamed } from '../content/markdown/parser-named.ts'
import { readEntry } from '../content/read-entry.ts'
import { typeOfPath } from '../content/sources.ts'
import type { Body, BodyCache, EntryType } from '../content/types.ts'
import type { SyncPayload } from '../features/site/site-sync.ts'
import type { Problem } from '../protocol/types.ts'
import type { CompiledTheme } from '../render/theme/types.ts'
import { filesOfTheme } from './build.ts'
import type { FolderScan } from './scan-folder.ts'

/** What the machine was last sent (the `number` counts syncs), so that the next sync is only the difference. */
const snapshotSchema = v.object({
  number: v.number(),
  engine: v.string(),
  theme: v.string(),
  parser: v.string(),
  files: v.record(v.string(), v.string()),
})

type Snapshot = v.InferOutput<typeof snapshotSchema>

export interface PreparedSync {
  /** Null where the machine has everything. */
  readonly write: {
    readonly payload: SyncPayload
    readonly blobs: ReadonlyMap<string, Uint8Array>
    /** Follows from what is sent and which sync it is: a gateway that was killed before it kept the snapshot sends the same write again. */
    readonly key: string
    /** To be kept once the write is applied, as the next call's `last`. */
    readonly snapshot: string
  } | null
  readonly problems: readonly Problem[]
}

/**
 * The difference between a folder and what the machine was last sent. Files with errors stay behind, so the machine keeps their last good version; the problems
 * say so. `last` is an earlier snapshot or null. The bytes of all changed files are held in memory.
 */
export function prepareSync(
  scan: FolderScan,
  theme: CompiledTheme,
  { last, engine, types }: { last: string | null; engine: string; types: readonly EntryType[] },
): PreparedSync {
  const before = parseSnapshot(last)
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
  const snapshot = JSON.stringify({ number, engine, theme: themeName, parser, files } satisfies Snapshot)
  return { write: { payload, blobs, key: hash('sha256', snapshot), snapshot }, problems }
}

function parseSnapshot(text: string | null): Snapshot | null {
  if (text === null) return null
  const parsed = v.safeParse(snapshotSchema, JSON.parse(text))
  return parsed.success ? parsed.output : null
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
