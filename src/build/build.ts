import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { mediaKey } from '../content/sources.ts'
import type { ReadingSettings } from '../content/types.ts'
import type { FolderChange } from '../features/site/read-folder.ts'
import type { ThemeFiles } from '../features/site/theme-files.ts'
import type { Feature } from '../features/types.ts'
import type { Showing } from '../model/showing.ts'
import { files, knownHashes, sources } from '../model/site-tables.ts'
import type { Change } from '../model/types.ts'
import type { Problem } from '../protocol/types.ts'
import { loadTheme } from '../render/theme/load.ts'
import type { CompiledTheme } from '../render/theme/types.ts'
import { picturesDir, versionBytes } from './pictures.ts'
import { type FolderScan, readSiteFile, scanFolder } from './scan-folder.ts'
import { type FoundExtension, findExtension } from './site-extension.ts'
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
  /** So many files are read by threads. */
  readonly many?: number
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
  const { siteDir, themesDir } = options
  // Before anything is made in a folder that may be no site.
  const site = await readSiteFile(siteDir)
  const workshop = new Workshop(options)
  try {
    const [scan, theme, found] = await Promise.all([
      scanFolder(siteDir, workshop.types, { site, known: workshop.fileHashes(), unread: (count) => workshop.expect(count) }),
      workshop.keptTheme({ themesDirs: [join(siteDir, 'themes'), themesDir], name: site.config.theme }),
      findExtension(siteDir, options.features, () => workshop.keptExtension(siteDir)),
    ])
    options.progress?.('scan', scan.files.size, scan.files.size)
    return await buildIn(workshop, { scan, theme, found }, options)
  } finally {
    await workshop.close()
  }
}

async function buildIn(
  workshop: Workshop,
  { scan, theme, found }: { readonly scan: FolderScan; readonly theme: CompiledTheme; readonly found: FoundExtension },
  { siteDir, progress, showing, force = false }: Pick<BuildOptions, 'siteDir' | 'progress' | 'showing' | 'force'>,
): Promise<BuildResult> {
  const blobs = new Map<string, () => Uint8Array>()
  let ofFolder: ReadonlyMap<string, () => Uint8Array> | null = null
  const bytesOf = (hashOf: string) => {
    ofFolder ??= blobsOf(scan, siteDir)
    return ofFolder.get(hashOf)
  }
  const difference = (read: Pick<Change, 'row' | 'list' | 'count'>) => {
    const found = differenceOf(read, scan)
    if (!force) refuseVanished(found.removed, read.count(sources.indexes.all, ''))
    progress?.('read', found.changed.length, scan.files.size)
    return found
  }
  const ready = { files: filesOfTheme(theme, blobs), source: theme.source, load: () => loadTheme(theme.source) }
  let pages: number | null = null
  let done = 0
  const written = () => {
    pages ??= workshop.site.pages.size
    progress?.('render', ++done, pages)
  }
  const round = await workshop.take(
    {
      showing,
      markdown: readingOf(scan, found),
      theme: ready,
      extension: found,
      difference,
      blob: (hashOf) => (blobs.get(hashOf) ?? bytesOf(hashOf))?.(),
    },
    { complete: true, written },
  )
  return {
    pages: workshop.site.pages.size,
    rendered: round.rendered,
    written: round.written,
    removed: round.removed.length,
    nextDue: workshop.nextDue,
    problems: [...scan.problems, ...theme.problems, ...found.problems, ...workshop.problems],
  }
}

/** What of a site's settings, and of its site.ts, decides how its files are read. */
export function readingOf({ config }: Pick<FolderScan, 'config'>, { file }: Pick<FoundExtension, 'file'>): ReadingSettings {
  const { parser, highlight, math, search, taxonomies, permalinks, languages } = config
  const rules = { taxonomies, permalinks, languages: Object.keys(languages) }
  return { parser, highlight, math, search, rules, plugins: file?.plugins ? file.bundle : null }
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
  const loaded = await loadTheme(theme.source)
  return { files: filesOfTheme(theme, blobs), source: theme.source, load: async () => loaded }
}

/** What the folder has that the model has not, and the other way round. Files that had an error are read again: what they clashed with may be gone. */
export function differenceOf(change: Pick<Change, 'row' | 'list'>, scan: FolderScan): FolderChange {
  const known = knownHashes(change)
  const faulty = change.list(sources.indexes.faulty, '').flatMap(({ key }) => change.row(sources, key) ?? [])
  const failed = new Set(faulty.filter(({ problems }) => problems.some(isError)).map(({ path }) => path))
  const changed: FolderChange['changed'][number][] = []
  for (const [path, { hash: hashOf, picture }] of scan.files) {
    const same =
      known.get(path) === hashOf &&
      !failed.has(path) &&
      (picture === undefined || isDeepStrictEqual(picture, change.row(files, `/${mediaKey(path)}`)?.picture ?? null))
    if (!same) changed.push({ path, hash: hashOf, picture })
  }
  return { changed, removed: [...known.keys()].filter((path) => !scan.files.has(path)) }
}

function isError({ severity }: Problem): boolean {
  return severity === 'error'
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
