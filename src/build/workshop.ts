import { isDeepStrictEqual } from 'node:util'
import type { PluggedTexts } from '../content/plugged-texts.ts'
import { typeOfPath } from '../content/sources.ts'
import type { EntryType, ReadingSettings, ReadResult, SourceReader } from '../content/types.ts'
import { DrowseError } from '../errors/drowse-error.ts'
import { type CompiledExtension, NO_EXTENSION } from '../extend/types.ts'
import { FEATURES } from '../features/registry.ts'
import { hasOtherPlugins, useExtension } from '../features/site/extension-files.ts'
import { type FolderChange, readFolder } from '../features/site/read-folder.ts'
import { type ThemeFiles, useTheme } from '../features/site/theme-files.ts'
import type { Feature } from '../features/types.ts'
import { setShowing } from '../model/change-entries.ts'
import { bodyCache } from '../model/content-cache.ts'
import type { Database } from '../model/database.ts'
import { nextDue, type Showing } from '../model/showing.ts'
import { knownHashes, sources } from '../model/site-tables.ts'
import type { Change } from '../model/types.ts'
import type { ObjectInfo, Problem } from '../protocol/types.ts'
import type { CompileOptions } from '../render/theme/compile.ts'
import { type LoadedTheme, withShortcodes } from '../render/theme/load.ts'
import type { CompiledTheme } from '../render/theme/types.ts'
import { type FileHashes, fileHashes } from './file-hashes.ts'
import { keptTheme } from './kept-theme.ts'
import { problemOf } from './objects.ts'
import { type Cache, openCache } from './open-cache.ts'
import { type OutDir, openOutDir } from './out-dir.ts'
import type { RenderParts } from './page-renderer.ts'
import type { Plan } from './plan.ts'
import { readAhead } from './read-ahead.ts'
import { renderAhead } from './render-ahead.ts'
import { Site } from './site.ts'
import { type FoundExtension, keptExtension } from './site-extension.ts'
import { Threads } from './threads.ts'

export interface WorkshopOptions {
  readonly outDir: string
  /** The file that keeps the model between builds; null builds from nothing and keeps nothing. */
  readonly cacheFile: string | null
  readonly features: readonly Feature[]
  readonly engine: string
  /** So many files are read by threads, and so many pages rendered. */
  readonly many?: number
  /** Keeps every other process from the cache file; one that has it already makes the constructor throw SQLite's "database is locked". */
  readonly exclusive?: boolean
}

/** A compiled theme. */
export interface ReadyTheme {
  readonly files: ThemeFiles
  /** Its module's source. */
  readonly source: string
  /** Asked for once there is something to render. */
  load(): Promise<LoadedTheme>
}

/** What is to be taken in at once. */
export interface Intake {
  readonly showing: Showing
  /** How the site's bodies are rendered: given where many files may have to be read. */
  readonly markdown?: ReadingSettings
  /** Only where it may have changed. */
  readonly theme?: ReadyTheme
  /** Only where it may have changed. */
  readonly extension?: Pick<FoundExtension, 'extension' | 'file' | 'source'>
  /** What differs from the model, which it may look at. */
  difference(read: Pick<Change, 'row' | 'list' | 'count'>): FolderChange
  /** Bytes by their SHA-256: of whatever the difference names, of the theme, and of what is published as it is. */
  blob(hash: string): Uint8Array | undefined
}

export interface IntakeOptions {
  /** Compares the whole output folder with the model afterwards, and mends it. Costs a walk over all pages. */
  readonly complete?: boolean
  /** Pages to render before the others. */
  readonly first?: readonly string[]
  /** Told of each file's key once it is written. */
  readonly written?: (key: string) => void
}

/** What taking something in came to. */
export interface Round {
  /** Pages whose render function ran because something they read had changed. */
  readonly rendered: number
  /** Keys of the files that are new or differ, sorted. */
  readonly written: readonly string[]
  /** Keys of the files that are gone. */
  readonly removed: readonly string[]
  readonly planMs: number
  readonly renderMs: number
  readonly commitMs: number
}

/** Fewer files or pages than this are done about as soon as a thread has loaded what it takes, and has warmed up. */
const MANY = 1_000

/** The longest that rendering keeps the process from its other work, such as serving pages. */
const TURN_MS = 20

/**
 * A site's model with its theme and output folder, kept open between changes. What is taken in is one transaction: it is all in the model and rendered, or
 * nothing is. One call of `take` at a time.
 */
export class Workshop {
  readonly site: Site
  readonly types: readonly EntryType[]
  readonly #cache: Cache
  readonly #database: Database
  readonly #bodies: ReturnType<typeof bodyCache>
  readonly #outDir: string
  readonly #engine: string
  readonly #many: number
  readonly #rendersInThreads: boolean
  #out: OutDir | null = null
  #theme: ReadyTheme | null = null
  #threads: Threads | null = null
  #extension = NO_EXTENSION
  #extensionSource = ''
  #texts: PluggedTexts | null = null
  #isClosed = false

  constructor({ outDir, cacheFile, features, engine, many = MANY, exclusive = false }: WorkshopOptions) {
    const cache = openCache(cacheFile)
    this.#cache = cache
    this.#database = cache.database
    if (exclusive) this.#database.exec('PRAGMA locking_mode = EXCLUSIVE')
    this.#outDir = outDir
    this.#engine = engine
    this.#many = many
    // Threads open the cache file, and know the features of Drowse itself.
    this.#rendersInThreads = !exclusive && features === FEATURES
    this.#bodies = bodyCache(this.#database)
    this.site = new Site(this.#database, features, engine)
    this.types = features.flatMap((feature) => feature.entryTypes ?? [])
  }

  /** Tells it how many files are about to change, so that threads are there when they are wanted. Once it is closed, nothing comes of it. */
  expect(files: number): void {
    // Of a build that failed, the folder is still being listed, and threads would keep the process for ever.
    if (files >= this.#many && !this.#isClosed) this.#startThreads()
  }

  /** What the site's files hashed to when they were last read. */
  fileHashes(): FileHashes {
    return fileHashes(this.#database, Date.now)
  }

  /** A theme's compiled form: kept from last time, if it would be the same. Throws `theme-invalid`. */
  keptTheme(options: CompileOptions): Promise<CompiledTheme> {
    return keptTheme(this.#database, this.#engine, options)
  }

  /** A site.ts in its compiled form: kept from last time, if it would be the same. Throws `extension-invalid`. */
  keptExtension(siteDir: string): Promise<CompiledExtension> {
    return keptExtension(this.#database, this.#engine, siteDir)
  }

  /** Throws `page-conflict`, or whatever the disk says; then the model is as it was. The first call must bring a theme. */
  async take(intake: Intake, options: IntakeOptions = {}): Promise<Round> {
    const startedAt = performance.now()
    const before = { extension: this.#extension, source: this.#extensionSource }
    try {
      const round = await this.#database.transaction(() => this.#take(intake, options, startedAt))
      return { ...round, commitMs: performance.now() - startedAt - round.planMs - round.renderMs }
    } catch (error) {
      this.#useExtension(before)
      throw error
    } finally {
      await this.#endThreads()
    }
  }

  /** What is wrong with the site's files, and with what its pages show. */
  get problems(): readonly Problem[] {
    const { read } = this.site
    const faulty = read.list(sources.indexes.faulty, '').flatMap(({ key }) => read.row(sources, key)?.problems ?? [])
    return [...faulty, ...this.site.problems]
  }

  /** When the next entry is to be shown, or null. */
  get nextDue(): string | null {
    return nextDue(this.site.read)
  }

  /** Notes in the output folder what is in it, so that the next build need not write it again. Call it once nothing is under way. */
  finish(): void {
    this.#output.finish(new Map(this.#keptObjects()))
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#endThreads()
    this.#cache.close()
  }

  async #take(intake: Intake, options: IntakeOptions, startedAt: number): Promise<Omit<Round, 'commitMs'>> {
    const plan = await this.#plan(intake)
    this.#theme = intake.theme ?? this.#theme
    const plannedAt = performance.now()
    const written = new Set<string>()
    const noteWritten = ({ key }: ObjectInfo) => {
      written.add(key)
      options.written?.(key)
    }
    const write = (object: ObjectInfo, bytes: Uint8Array) => {
      this.#output.write(object, bytes)
      noteWritten(object)
    }
    const parts = this.#partsWith(intake)
    const first = (options.first ?? []).filter((path) => plan.pages.has(path))
    const again = options.complete === true ? this.site.pageProblems.failed : []
    const pages = new Set([...first, ...plan.pages, ...again])
    const left = this.#rendersInThreads && pages.size >= this.#many ? await this.#renderInThreads(pages, noteWritten) : pages
    const rendered = pages.size - left.size + (await this.#render(left, parts, write))
    const gone = [...plan.removed].filter((key) => this.site.pages.byKey(key) === null)
    if (options.complete !== true) for (const key of gone) this.#output.remove(key)
    const removed = options.complete === true ? await this.#complete(parts, written, write) : gone
    const renderMs = performance.now() - plannedAt
    return { rendered, written: [...written].sort(), removed: removed.toSorted(), planMs: plannedAt - startedAt, renderMs }
  }

  /** Takes the change into the model. What was read of it is free again afterwards. */
  async #plan(intake: Intake): Promise<Plan> {
    if (intake.extension) this.#useExtension(intake.extension)
    if (this.site.hasNewEngine) this.#bodies.clear()
    const difference = intake.difference(this.site.read)
    const otherPlugins = intake.extension !== undefined && hasOtherPlugins(this.site.read, intake.extension.file)
    const everything = this.site.hasNewEngine || otherPlugins
    const read = await this.#reader(intake, difference, everything)
    const work = () =>
      this.site.change((change) => {
        setShowing(change, intake.showing)
        if (intake.theme) useTheme(change, intake.theme.files)
        if (intake.extension) useExtension(change, intake.extension.file)
        const bytesOf = (file: { readonly hash: string }) => bytesFrom(intake, file.hash)
        readFolder(change, difference, { types: this.types, read, bytesOf, everything })
        this.#texts?.demand()
      })
    const { plan } = this.#texts ? await this.#texts.settled(async () => this.#extension.plugins, work) : work()
    this.#texts?.forget()
    return plan
  }

  /** Reads the sources of a change; many of them in threads and ahead. What reading takes is loaded only where there is something to read. */
  async #reader(intake: Intake, { changed, removed }: FolderChange, everything: boolean): Promise<SourceReader> {
    if (changed.length === 0 && !everything) return () => ({ entry: null, problems: [] })
    const hashes = new Map(everything ? knownHashes(this.site.read) : [])
    for (const path of removed) hashes.delete(path)
    for (const { path, hash } of changed) hashes.set(path, hash)
    const paths = [...hashes.keys()].filter((path) => typeOfPath(path, this.types) !== null)
    const { sourceReader } = await import('../content/read-entry.ts')
    this.#texts = await this.#pluggedTexts()
    const own = sourceReader(this.#bodies, this.#texts)
    const settings = intake.markdown
    if (settings === undefined || settings.plugins !== null || paths.length < this.#many) return own
    const readings = new Map<string, string>()
    await readAhead(this.#startThreads(), paths, settings, {
      bytesOf: (path) => bytesFrom(intake, hashes.get(path) ?? ''),
      take: (part) => {
        for (const [path, reading] of part.readings) readings.set(path, reading)
        this.#bodies.keep(part)
      },
    })
    return (file, type, asked) => {
      const reading = isDeepStrictEqual(asked, settings) ? readings.get(file.path) : undefined
      // Made by `readSources` alone.
      return reading === undefined ? own(file, type, asked) : (JSON.parse(reading) as ReadResult)
    }
  }

  /** Renders in threads, and returns the pages that they left. From here on the change can't be taken back; see `commitUnrendered`. */
  async #renderInThreads(pages: ReadonlySet<string>, written: (object: ObjectInfo) => void): Promise<ReadonlySet<string>> {
    const { site } = this
    site.commitUnrendered()
    const outDir = this.#outDir
    const theme = this.#theme?.source ?? ''
    const { hash } = this.#extension
    const extension = hash === null ? null : { hash, source: this.#extensionSource }
    const left = await renderAhead(
      this.#startThreads(),
      { databaseFile: this.#cache.file, outDir, theme, extension },
      [...pages],
      (part, ids) => {
        for (const object of site.adopt(part, ids)) written(object)
      },
    )
    await this.#endThreads()
    site.finishCommitted()
    return new Set(left)
  }

  #startThreads(): Threads {
    this.#threads ??= new Threads()
    return this.#threads
  }

  async #endThreads(): Promise<void> {
    await this.#threads?.close()
    this.#threads = null
  }

  /** What runs the plugins of a site that has any: here and not in threads, since they may be slow but seldom are. */
  async #pluggedTexts(): Promise<PluggedTexts | null> {
    if (this.#extension.plugins === null) return null
    const { PluggedTexts: Texts } = await import('../content/plugged-texts.ts')
    return this.#texts ?? new Texts(this.#bodies)
  }

  #useExtension({ extension, source }: Pick<FoundExtension, 'extension' | 'source'>): void {
    this.#extension = extension
    this.#extensionSource = source
    this.site.extend(extension)
  }

  async #render(pages: ReadonlySet<string>, parts: () => Promise<RenderParts>, write: Write): Promise<number> {
    let rendered = 0
    let turnAt = performance.now()
    for (const path of pages) {
      const summary = await this.site.render({ pages: new Set([path]), removed: new Set() }, await parts(), write)
      rendered += summary.rendered
      if (performance.now() - turnAt < TURN_MS) continue
      await new Promise((resolve) => setImmediate(resolve))
      turnAt = performance.now()
    }
    return rendered
  }

  /** Writes what the output folder lacks although the model has it: another folder than last time, or files that somebody changed. Returns what it removed. */
  async #complete(parts: () => Promise<RenderParts>, written: ReadonlySet<string>, write: Write): Promise<readonly string[]> {
    const kept = new Map<string, string>()
    for (const version of this.site.pages.versions()) {
      const { key, hash } = version
      kept.set(key, hash)
      if (written.has(key) || this.#output.holds(version)) continue
      const page = this.site.pages.byKey(key)
      if (page === null) continue
      try {
        const { object, bytes } = await this.site.renderPage(page, await parts())
        write(object, bytes)
      } catch (error) {
        this.site.pageProblems.note(page.path, [problemOf(page, error)], { failed: true })
        kept.delete(key)
      }
    }
    return this.#output.finish(kept)
  }

  *#keptObjects(): Iterable<[key: string, hash: string]> {
    for (const { key, hash } of this.site.pages.versions()) yield [key, hash]
  }

  get #output(): OutDir {
    this.#out ??= openOutDir(this.#outDir)
    return this.#out
  }

  #partsWith(intake: Intake): () => Promise<RenderParts> {
    const ready = this.#theme
    if (ready === null) throw new DrowseError('internal', 'The first intake of a workshop brings its theme.')
    let parts: RenderParts | null = null
    return async () => {
      parts ??= {
        theme: withShortcodes(await ready.load(), this.#extension.shortcodes),
        bodies: this.#bodies,
        blob: (hashOf) => bytesFrom(intake, hashOf),
      }
      return parts
    }
  }
}

type Write = (object: ObjectInfo, bytes: Uint8Array) => void

function bytesFrom(intake: Pick<Intake, 'blob'>, hash: string): Uint8Array {
  const bytes = intake.blob(hash)
  if (!bytes) throw new DrowseError('internal', `No file of the site has the hash ${hash}.`)
  return bytes
}
