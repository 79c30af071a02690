import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { mediaKey } from '../content/sources.ts'
import type { FolderChange } from '../features/site/read-folder.ts'
import type { ThemeFiles } from '../features/site/theme-files.ts'
import type { Feature } from '../features/types.ts'
import type { Showing } from '../model/showing.ts'
import { files, sources } from '../model/site-tables.ts'
import type { Change } from '../model/types.ts'
import type { Problem } from '../protocol/types.ts'
import { compileTheme } from '../render/theme/compile.ts'
import { loadTheme } from '../render/theme/load.ts'
import type { CompiledTheme } from '../render/theme/types.ts'
import { picturesDir, versionBytes } from './pictures.ts'
import { type FolderScan, scanFolder } from './scan-folder.ts'
import { refuseVanished } from './vanished.ts'
import { type ReadyTheme, Workshop } from './workshop.ts'

export interface BuildOptions {
  readonly siteDir: string
  readonly outDir: string
  /** The file that keeps the model between builds; null builds from nothing and keeps nothing. */
  readonly cacheFile: string | null
  /** Where Drowse's own themes are. */
  readonly themesDir: string
  readonly features: readonly Feature[]
  readonly engine: string
  /** What has a date after this is left out, unless drafts are shown. */
  readonly showing: Showing
  /** Goes on however many files are gone since the last build. */
  readonly force?: boolean
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
  /** When the next of the entries that wait for their date is to be shown, or null. */
  readonly nextDue: string | null
  readonly problems: readonly Problem[]
}

/** Builds a site's folder into an output folder: only what changed since the last build is read, rendered and written. A first build is the same, from an empty model. Throws `release-refused` where too many files are gone since the last one. */
export async function build(options: BuildOptions): Promise<BuildResult> {
  const types = options.features.flatMap((feature) => feature.entryTypes ?? [])
  const scan = await scanFolder(options.siteDir, types)
  options.progress?.('scan', scan.files.size, scan.files.size)
  const theme = await compileTheme({ themesDirs: [join(options.siteDir, 'themes'), options.themesDir], name: scan.config.theme })
  const workshop = new Workshop(options)
  try {
    return await buildIn(workshop, { scan, theme }, options)
  } finally {
    workshop.close()
  }
}

async function buildIn(
  workshop: Workshop,
  { scan, theme }: { readonly scan: FolderScan; readonly theme: CompiledTheme },
  { siteDir, progress, showing, force = false }: Pick<BuildOptions, 'siteDir' | 'progress' | 'showing' | 'force'>,
): Promise<BuildResult> {
  const blobs = blobsOf(scan, siteDir)
  const difference = (read: Pick<Change, 'row' | 'list'>) => {
    const found = differenceOf(read, scan)
    if (!force) refuseVanished(found.removed, read.list(sources.indexes.all, '').length)
    progress?.('read', found.changed.length, scan.files.size)
    return found
  }
  const ready = await readyTheme(theme, blobs)
  let pages: number | null = null
  let done = 0
  const written = () => {
    pages ??= workshop.site.pages.size
    progress?.('render', ++done, pages)
  }
  const round = await workshop.take(
    { showing, theme: ready, difference, blob: (hashOf) => blobs.get(hashOf)?.() },
    { complete: true, written },
  )
  return {
    pages: workshop.site.pages.size,
    rendered: round.rendered,
    written: round.written,
    removed: round.removed.length,
    nextDue: workshop.nextDue,
    problems: [...scan.problems, ...theme.problems, ...workshop.problems],
  }
}

/** The bytes of a folder's files, and of its pictures' versions, by their SHA-256; each read when it is asked for. */
export function blobsOf({ files }: Pick<FolderScan, 'files'>, siteDir: string): Map<string, () => Uint8Array> {
  const dir = picturesDir(siteDir)
  return new Map(
    [...files.values()].flatMap(({ hash: hashOf, file, picture }) => [
      [hashOf, () => readFileSync(file)] as const,
      ...versionBytes(picture, dir),
    ]),
  )
}

/** Loads a compiled theme and adds its bytes to `blobs`. Throws `theme-invalid`. */
export async function readyTheme(theme: CompiledTheme, blobs: Map<string, () => Uint8Array>): Promise<ReadyTheme> {
  return { files: filesOfTheme(theme, blobs), loaded: await loadTheme(theme.source) }
}

/** What the folder has that the model has not, and the other way round. Files that had an error are read again: what they clashed with may be gone. */
export function differenceOf(change: Pick<Change, 'row' | 'list'>, scan: FolderScan): FolderChange {
  const changed = [...scan.files].flatMap(([path, { hash: hashOf, picture }]) => {
    const known = change.row(sources, path)
    const same =
      known?.hash === hashOf &&
      !known.problems.some((problem) => problem.severity === 'error') &&
      (picture === undefined || isDeepStrictEqual(picture, change.row(files, `/${mediaKey(path)}`)?.picture ?? null))
    return same ? [] : [{ path, hash: hashOf, picture }]
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
