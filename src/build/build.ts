import { hash } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { EntryType } from '../content/types.ts'
import { DrowseError } from '../errors/drowse-error.ts'
import { type FolderChange, readFolder } from '../features/site/read-folder.ts'
import { type ThemeFiles, useTheme } from '../features/site/theme-files.ts'
import type { Feature } from '../features/types.ts'
import { bodyCache } from '../model/content-cache.ts'
import { Database } from '../model/database.ts'
import { settings, sources } from '../model/site-tables.ts'
import type { Change } from '../model/types.ts'
import type { ObjectInfo, Problem } from '../protocol/types.ts'
import { compileTheme } from '../render/theme/compile.ts'
import { loadTheme } from '../render/theme/load.ts'
import type { CompiledTheme } from '../render/theme/types.ts'
import { openOutDir } from './out-dir.ts'
import { type FolderScan, scanFolder } from './scan-folder.ts'
import { type RenderParts, Site } from './site.ts'

export interface BuildOptions {
  readonly siteDir: string
  readonly outDir: string
  /** The file that keeps the model between builds; null builds from nothing and keeps nothing. */
  readonly cacheFile: string | null
  /** Where Drowse's own themes are. */
  readonly themesDir: string
  readonly features: readonly Feature[]
  readonly engine: string
  /** Told what is being done, for a progress line. */
  readonly progress?: (step: 'scan' | 'read' | 'render', done: number, of: number) => void
}

export interface BuildResult {
  /** Pages and files the site has. */
  readonly pages: number
  readonly rendered: number
  /** Files written because they are new or differ. */
  readonly written: readonly string[]
  readonly removed: number
  readonly problems: readonly Problem[]
}

/** Builds a site's folder into an output folder: only what changed since the last build is read, rendered and written. A first build is the same, from an empty model. */
export async function build(options: BuildOptions): Promise<BuildResult> {
  const types = options.features.flatMap((feature) => feature.entryTypes ?? [])
  const scan = await scanFolder(options.siteDir, types)
  options.progress?.('scan', scan.files.size, scan.files.size)
  const theme = await compileTheme({ themesDirs: [join(options.siteDir, 'themes'), options.themesDir], name: scan.config.theme })
  const database = openCache(options.cacheFile)
  try {
    return await database.transaction(() => buildInto(options, { database, types, scan, theme }))
  } finally {
    database.close()
  }
}

interface Inputs {
  readonly database: Database
  readonly types: readonly EntryType[]
  readonly scan: FolderScan
  readonly theme: CompiledTheme
}

async function buildInto(options: BuildOptions, { database, types, scan, theme }: Inputs): Promise<BuildResult> {
  const site = new Site(database, options.features, options.engine)
  const bodies = bodyCache(database)
  const blobs = new Map<string, () => Uint8Array>()
  for (const { hash: hashOf, file } of scan.files.values()) blobs.set(hashOf, () => readFileSync(file))
  const themeFiles = filesOfTheme(theme, blobs)
  const { plan } = site.change((change) => {
    useTheme(change, themeFiles)
    const difference = differenceOf(change, scan)
    options.progress?.('read', difference.changed.length, scan.files.size)
    readFolder(change, difference, { types, bodies, bytesOf: (file) => bytesOf(blobs, file.hash) })
  })
  const parts: RenderParts = { theme: await loadTheme(theme.source), bodies, blob: (hashOf) => bytesOf(blobs, hashOf) }
  const out = openOutDir(options.outDir)
  const written = new Set<string>()
  const write = (object: ObjectInfo, bytes: Uint8Array) => {
    out.write(object, bytes)
    written.add(object.key)
    options.progress?.('render', written.size, site.pages.size)
  }
  const summary = await site.render(plan, parts, write)
  const kept = await completeOutput(site, parts, { written, holds: out.holds, write })
  const removed = out.finish(kept)
  const problems = [...scan.problems, ...theme.problems, ...faultsOf(site.read), ...summary.problems]
  return { pages: site.pages.size, rendered: summary.rendered, written: [...written].sort(), removed, problems }
}

/** Writes what the output folder lacks although the model has it: another folder than last time, or files that somebody changed. */
async function completeOutput(
  site: Site,
  parts: RenderParts,
  output: {
    written: ReadonlySet<string>
    holds(object: ObjectInfo): boolean
    write(object: ObjectInfo, bytes: Uint8Array): void
  },
): Promise<ReadonlyMap<string, string>> {
  const kept = new Map<string, string>()
  for (const page of site.pages.all()) {
    if (!page.object) continue
    kept.set(page.object.key, page.object.hash)
    if (output.written.has(page.object.key) || output.holds(page.object)) continue
    const { object, bytes } = await site.renderPage(page, parts)
    output.write(object, bytes)
  }
  return kept
}

/** What the folder has that the model has not, and the other way round. Files that had an error are read again: what they clashed with may be gone. */
export function differenceOf(change: Pick<Change, 'row' | 'list'>, scan: FolderScan): FolderChange {
  const parserChanged = change.row(settings, 'parser')?.value !== scan.config.parser
  const changed = [...scan.files].flatMap(([path, { hash: hashOf }]) => {
    const known = change.row(sources, path)
    const same = known?.hash === hashOf && !parserChanged && !known.problems.some((problem) => problem.severity === 'error')
    return same ? [] : [{ path, hash: hashOf }]
  })
  const removed = change.list(sources.indexes.all, '').flatMap(({ key }) => (scan.files.has(key) ? [] : [key]))
  return { changed, removed }
}

/** A compiled theme as files, its bytes added to `blobs`. */
export function filesOfTheme(theme: CompiledTheme, blobs: Map<string, () => Uint8Array>): ThemeFiles {
  const bundle = new TextEncoder().encode(theme.source)
  blobs.set(theme.hash, () => bundle)
  const assets = theme.assets.map(({ name, path, bytes, contentType }) => {
    const blob = hash('sha256', bytes)
    blobs.set(blob, () => bytes)
    return { name, path, blob, contentType }
  })
  return { bundle: theme.hash, templates: theme.templates, assets }
}

function faultsOf(read: Pick<Change, 'row' | 'list'>): readonly Problem[] {
  return read.list(sources.indexes.faulty, '').flatMap(({ key }) => read.row(sources, key)?.problems ?? [])
}

function openCache(file: string | null): Database {
  if (file === null) return new Database(':memory:', { durable: false })
  mkdirSync(dirname(file), { recursive: true })
  return new Database(file, { durable: false })
}

function bytesOf(blobs: ReadonlyMap<string, () => Uint8Array>, hashOf: string): Uint8Array {
  const bytes = blobs.get(hashOf)
  if (!bytes) throw new DrowseError('internal', `No file of the site has the hash ${hashOf}.`)
  return bytes()
}
