import { hash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import type { ParserName } from '../config/types.ts'
import { dataName, readDataFile } from '../content/data-file.ts'
import { findDuplicates } from '../content/duplicates.ts'
import { parserNamed } from '../content/markdown/parser-named.ts'
import { readEntry } from '../content/read-entry.ts'
import { mediaKey, typeOfPath } from '../content/sources.ts'
import type { Body, BodyCache, Entry, EntryType, ReadingRules, ReadResult } from '../content/types.ts'
import type { SyncPayload } from '../features/site/site-sync.ts'
import type { Picture } from '../model/picture.ts'
import { MAX_BODY_BYTES } from '../protocol/frames.ts'
import type { Problem } from '../protocol/types.ts'
import type { CompiledTheme } from '../render/theme/types.ts'
import { filesOfTheme, readingOf } from './build.ts'
import { versionBytes } from './pictures.ts'
import type { FolderScan } from './scan-folder.ts'
import { type FoundExtension, NONE_FOUND } from './site-extension.ts'
import type { Snapshot } from './snapshot.ts'
import { refuseVanished } from './vanished.ts'

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

type Place = Pick<Entry, 'id' | 'path'>

export interface SyncOptions {
  /** What the machine has of the folder; null for nothing. */
  readonly last: Snapshot | null
  readonly engine: string
  readonly types: readonly EntryType[]
  /** Where the scan left the versions of pictures. */
  readonly picturesDir: string
  /** The site's site.ts; one with errors stays behind. */
  readonly extension?: FoundExtension
  /** Removes files from the site however many are gone from the folder. */
  readonly force?: boolean
}

/**
 * The difference between a folder and what the machine has of it. Files with errors stay behind, so the machine keeps their last good
 * version, and of two files at one path so does the later; the problems say so. The bytes of all changed files are held in memory. Throws `release-refused` where too many files are gone.
 */
export async function prepareSync(
  scan: FolderScan,
  theme: CompiledTheme,
  { last: before, engine, types, picturesDir, extension: found = NONE_FOUND, force = false }: SyncOptions,
): Promise<PreparedSync> {
  const extension = found.problems.some(({ severity }) => severity === 'error') ? null : found
  const extensionName = extension === null ? (before?.extension ?? '') : (extension.file?.bundle ?? '')
  const { parser, rules } = readingOf(scan, found)
  const readSource = sourceChecker(types, { parser, rules, found })
  const rulesText = JSON.stringify(rules)
  const problems: Problem[] = []
  const files: Record<string, string> = {}
  const places: Record<string, Place> = {}
  const read: { path: string; hash: string; bytes: Uint8Array; picture: Picture | null | undefined }[] = []
  const keep = (path: string, hashOf: string | undefined, place: Place | undefined) => {
    if (hashOf === undefined) return
    files[path] = hashOf
    if (place) places[path] = place
  }
  for (const [path, { hash: bytesHash, file, picture }] of scan.files) {
    const hashOf = picture ? `${bytesHash} ${hash('sha256', JSON.stringify(picture))}` : bytesHash
    const known = before?.files[path]
    const sameReading = before?.parser === parser && before.rules === rulesText && before.extension === extensionName
    if (known === hashOf && sameReading) {
      keep(path, known, before.places[path])
      continue
    }
    if (statSync(file).size > MAX_BODY_BYTES) {
      problems.push(tooLarge(path))
      keep(path, known, before?.places[path])
      continue
    }
    const bytes = readFileSync(file)
    const { entry, problems: faults } = await readSource(path, bytes)
    problems.push(...faults)
    if (faults.some(({ severity }) => severity === 'error')) {
      keep(path, known, before?.places[path])
      continue
    }
    keep(path, hashOf, entry ? { id: entry.id, path: entry.path } : undefined)
    // Another parser makes the machine read again what it has, which may be newer than what the folder has.
    if (known !== hashOf) read.push({ path, hash: bytesHash, bytes, picture })
  }
  for (const duplicate of findDuplicates(placed(files, places))) {
    problems.push(duplicate)
    delete files[duplicate.where]
    delete places[duplicate.where]
  }

  const known = Object.keys(before?.files ?? {})
  if (!force) {
    const vanished = known.filter((path) => !scan.files.has(path))
    refuseVanished(vanished, known.length)
  }
  const removed = known.filter((path) => !(path in files))
  const sent = read.filter(({ path }) => path in files)
  const changed = sent.map(({ path, hash: hashOf, picture }) => ({
    path,
    hash: hashOf,
    ...(picture === undefined ? {} : { picture }),
  }))
  const blobs = new Map(sent.map(({ hash: hashOf, bytes }) => [hashOf, bytes]))
  for (const { picture } of sent) for (const [version, bytes] of versionBytes(picture, picturesDir)) blobs.set(version, bytes())
  const themeName = hash('sha256', [theme.hash, ...theme.assets.map(({ path }) => path)].join('\n'))
  const themeChanged = before?.theme !== themeName
  const extensionChanged = (before?.extension ?? '') !== extensionName
  const nothingChanged = changed.length + removed.length === 0 && !themeChanged && !extensionChanged
  if (nothingChanged && before?.engine === engine) return { write: null, problems }

  const sources = new Map<string, () => Uint8Array>()
  const themeFiles = filesOfTheme(theme, sources)
  if (themeChanged) for (const [hashOf, bytes] of sources) blobs.set(hashOf, bytes())
  const payload: SyncPayload = {
    changed,
    removed,
    theme: themeChanged ? { ...themeFiles, assets: [...themeFiles.assets] } : null,
    ...(extensionChanged ? { extension: extension?.file ?? null } : {}),
  }
  if (extensionChanged && extension?.file) blobs.set(extension.file.bundle, new TextEncoder().encode(extension.source))
  const number = (before?.number ?? 0) + 1
  const after: Snapshot = { number, engine, theme: themeName, parser, rules: rulesText, extension: extensionName, files, places }
  const key = hash('sha256', JSON.stringify([after, payload]))
  return { write: { payload, blobs, key, after }, problems }
}

function tooLarge(path: string): Problem {
  return {
    where: path,
    rule: 'sync/file-too-large',
    message: `${path} is larger than ${MAX_BODY_BYTES / 2 ** 20} MiB, which is the most that a file of the site may be.`,
    hint: 'Publish it elsewhere and link to it, or make it smaller.',
    severity: 'error',
  }
}

/** Where each file would be published, for those that are. */
function placed(files: Readonly<Record<string, string>>, places: Readonly<Record<string, Place>>) {
  return Object.keys(files).flatMap((source) => {
    const key = mediaKey(source)
    const data = dataName(source)
    const file =
      key === null
        ? data === null
          ? undefined
          : { id: `data/${data}`, path: `data/${data}` }
        : { id: `file/${key}`, path: `/${key}` }
    const place = places[source] ?? file
    return place === undefined ? [] : [{ ...place, source }]
  })
}

/** Reads files for what is wrong with them, through the site's plugins where it has any. */
function sourceChecker(
  types: readonly EntryType[],
  { parser, rules, found }: { readonly parser: ParserName; readonly rules: ReadingRules; readonly found: FoundExtension },
): (path: string, bytes: Uint8Array) => ReadResult | Promise<ReadResult> {
  const how = { parser: parserNamed(parser), highlight: false, math: false, search: false, rules }
  const { plugins, hash: bundle } = found.extension
  return async (path, bytes) => {
    const type = typeOfPath(path, types)
    if (dataName(path) !== null) return { entry: null, problems: readDataFile({ path, bytes }).problems }
    if (type === null) return { entry: null, problems: [] }
    const bodies = memoryBodies()
    if (plugins === null || bundle === null) return readEntry({ path, bytes }, type, { ...how, bodies })
    const { PluggedTexts } = await import('../content/plugged-texts.ts')
    const texts = new PluggedTexts(bodies)
    return texts.settled(
      async () => plugins,
      () => {
        const read = readEntry({ path, bytes }, type, { ...how, bodies, plugged: { plugins: bundle, texts } })
        texts.demand()
        return read
      },
    )
  }
}

function memoryBodies(): BodyCache {
  const bodies = new Map<string, Body>()
  const code = { get: () => null, set: () => {} }
  return { get: (key) => bodies.get(key) ?? null, set: (key, body) => void bodies.set(key, body), code }
}
