import { readFile } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { readSiteConfig } from '../../config/read-site-config.ts'
import type { SiteConfig } from '../../config/types.ts'
import { listSources } from '../../content/list-sources.ts'
import { decodeSource } from '../../content/source-text.ts'
import type { EntryType } from '../../content/types.ts'
import { CONFIG_FILE } from '../../features/site/read-folder.ts'
import type { Feature } from '../../features/types.ts'
import { EXTENSION_FILE } from '../../model/site-tables.ts'
import type { Problem } from '../../protocol/types.ts'
import { isPicture, picturesDir, preparePictures } from '../pictures.ts'
import { type FolderScan, scanFolder } from '../scan-folder.ts'
import { type FoundExtension, findExtension } from '../site-extension.ts'
import { type FileChanges, KnownFiles, type ReadFile } from './known-files.ts'
import { attemptTheme, type ThemeAttempt, themeFile, themePath } from './theme-watch.ts'

/** What paths on disk turned out to be about. */
export interface Findings {
  /** Set where everything may differ. */
  readonly scan: FolderScan | null
  /** Set where a file of the theme in use changed; its problems say why it has no theme, if it has none. */
  readonly theme: ThemeAttempt | null
  /** Set where the site's site.ts may be another one. */
  readonly extension: FoundExtension | null
  /** The site's files that differ, where the folder was not scanned. */
  readonly files: FileChanges
  /** As the owner knows them: `content/posts/hello.md`, `themes/default/style.css`. */
  readonly saved: readonly string[]
}

const NOTHING: FileChanges = { changed: [], removed: [] }

/** A site's folder on disk, and what of it is in the model. Looking changes nothing: `accept` is told what was taken in. */
export class SiteFolder {
  readonly #dir: string
  readonly #types: readonly EntryType[]
  readonly #configFile: string
  readonly #picturesDir: string
  readonly #themesDirs: readonly string[]
  readonly #features: readonly Feature[]
  /** What the site's site.ts is made of, whether it could be used or not. */
  #extensionFiles: readonly string[] = []
  #config: SiteConfig | null = null
  #configProblems: readonly Problem[] = []
  #listingProblems: readonly Problem[] = []
  /** The folder's files as the model has them. */
  known: KnownFiles

  constructor(dir: string, themesDir: string, features: readonly Feature[]) {
    this.#dir = dir
    this.#features = features
    this.#types = features.flatMap((feature) => feature.entryTypes ?? [])
    this.#picturesDir = picturesDir(dir)
    this.known = new KnownFiles({ files: new Map() }, this.#picturesDir)
    this.#configFile = join(dir, CONFIG_FILE)
    this.#themesDirs = [...new Set([join(dir, 'themes'), themesDir])]
  }

  /** What is wrong with site.yaml and the folders it names, beyond what the model knows. */
  get problems(): readonly Problem[] {
    return [...this.#configProblems, ...this.#listingProblems]
  }

  /** Files and folders that belong to the site: its own, its themes', and those that site.yaml names. */
  rootsOf(config: Pick<SiteConfig, 'content'> | null): readonly string[] {
    const own = ['content', 'media', 'data'].map((name) => join(this.#dir, name))
    const named = Object.values(config?.content ?? {}).map((source) => resolve(this.#dir, source))
    const extension = [join(this.#dir, EXTENSION_FILE), ...this.#extensionFiles]
    return [...new Set([this.#configFile, ...own, ...named, ...this.#themesDirs, ...extension])]
  }

  /** Reads what these paths are about and nothing else; all of the folder if it was never taken in, or if site.yaml now asks for other files. Throws as `scanFolder` does. */
  async look(paths: readonly string[]): Promise<Findings> {
    const change = await this.#readConfig(paths)
    if (change === 'everything' || paths.some((path) => this.#isExtension(path))) return this.lookAll(paths)
    const name = this.#config?.theme ?? ''
    const themes = paths.flatMap((path) => themePath(this.#themesDirs, name, path) ?? [])
    const theme = themes.length === 0 ? null : await attemptTheme(this.#themesDirs, name)
    const own = paths.filter((path) => path !== this.#configFile && !this.#isInThemes(path))
    const read = await this.#readFiles(change === 'settings' ? [...own, this.#configFile] : own, change === 'settings')
    const files = { ...read, changed: await this.#withPictures(read.changed) }
    const saved = [...files.changed.map(({ path }) => path), ...files.removed, ...themes]
    if (change === 'unusable') saved.push(CONFIG_FILE)
    return { scan: null, theme, extension: null, files, saved: saved.sort() }
  }

  /** Reads the whole folder and compiles the theme. `paths` are only named in the findings. */
  async lookAll(paths: readonly string[]): Promise<Findings> {
    const scan = await scanFolder(this.#dir, this.#types)
    const theme = await attemptTheme(this.#themesDirs, scan.config.theme)
    const extension = await findExtension(this.#dir, this.#features)
    // Files that a broken one was made of may mend it.
    this.#extensionFiles = [...new Set([...this.#extensionFiles, ...extension.files])]
    const shown = paths.map((path) => relative(this.#dir, path).replaceAll(sep, '/'))
    return { scan, theme, extension, files: NOTHING, saved: shown.sort() }
  }

  /** These findings are in the model now. */
  accept({ scan, files }: Findings): void {
    if (scan === null) {
      this.known.accept(files)
      const config = files.changed.find(({ path }) => path === CONFIG_FILE)
      if (config) this.#config = readSiteConfig(CONFIG_FILE, new TextDecoder().decode(config.bytes)).config ?? this.#config
      return
    }
    this.known = new KnownFiles(scan, this.#picturesDir)
    this.#config = scan.config
    this.#configProblems = []
    this.#listingProblems = scan.problems
  }

  /** Where a file lies that messages name; null for what is no file. */
  fileOf(where: string): string | null {
    if (where === CONFIG_FILE) return this.#configFile
    const extension = this.#extensionFiles.find((file) => file === join(this.#dir, where))
    return extension ?? this.known.find(where)?.file ?? themeFile(this.#themesDirs, where)
  }

  /** Of a saved site.yaml: what it asks for. One that can't be used is noted and leaves the site as it was. */
  async #readConfig(paths: readonly string[]): Promise<'nothing' | 'settings' | 'everything' | 'unusable'> {
    if (this.#config === null) return 'everything'
    if (!paths.includes(this.#configFile)) return 'nothing'
    const { config, problems } = await readConfigFile(this.#configFile)
    this.#configProblems = config === null ? problems : []
    if (config === null) return 'unusable'
    const before = this.#config
    const same =
      before.parser === config.parser &&
      before.pictures === config.pictures &&
      before.theme === config.theme &&
      isDeepStrictEqual(rulesOf(before), rulesOf(config))
    return same ? 'settings' : 'everything'
  }

  /** `walk` lists the folder even if all files are known: then its problems are of now. */
  async #readFiles(files: readonly string[], walk: boolean): Promise<FileChanges> {
    const read = await this.known.read(files)
    const strange = files.filter((file) => this.known.pathOf(file) === null)
    if (!walk && strange.length === 0 && read.strange.length === 0) return read
    const listing = await listSources(this.#dir, this.#types, this.#config ?? { content: {} })
    this.#listingProblems = listing.problems
    const found = await this.known.compare([...listing.entries, ...listing.media, ...listing.data], new Set(read.strange))
    const seen = new Set(found.changed.map(({ path }) => path))
    return {
      changed: [...read.changed.filter(({ path }) => !seen.has(path)), ...found.changed],
      removed: [...new Set([...read.removed, ...found.removed])].filter((path) => !seen.has(path)),
    }
  }

  async #withPictures(files: readonly ReadFile[]): Promise<readonly ReadFile[]> {
    const pictures = files.filter(({ path }) => isPicture(path))
    if (pictures.length === 0) return files
    const prepared = this.#config?.pictures === false ? null : await preparePictures(pictures, this.#picturesDir)
    return files.map((file) => (isPicture(file.path) ? { ...file, picture: prepared?.get(file.path) ?? null } : file))
  }

  #isExtension(path: string): boolean {
    return path === join(this.#dir, EXTENSION_FILE) || this.#extensionFiles.includes(path)
  }

  #isInThemes(path: string): boolean {
    return this.#themesDirs.some((dir) => path === dir || path.startsWith(dir + sep))
  }
}

async function readConfigFile(file: string): Promise<{ config: SiteConfig | null; problems: readonly Problem[] }> {
  const bytes = await readFile(file).catch(() => null)
  if (bytes === null) return { config: null, problems: [GONE] }
  const text = decodeSource({ path: CONFIG_FILE, bytes })
  return typeof text === 'string' ? readSiteConfig(CONFIG_FILE, text) : { config: null, problems: [text] }
}

/** What decides which files are read, and how. */
function rulesOf({ content, taxonomies, permalinks, languages }: SiteConfig): readonly unknown[] {
  return [content, taxonomies, permalinks, Object.keys(languages)]
}

const GONE: Problem = {
  where: CONFIG_FILE,
  rule: 'config/missing-file',
  message: 'site.yaml is gone or can’t be read.',
  hint: 'Put it back; until then the settings it had are kept.',
  severity: 'error',
}
