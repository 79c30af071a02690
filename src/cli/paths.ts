import { existsSync } from 'node:fs'
import { dirname, extname, join, resolve } from 'node:path'

const ROOT = join(import.meta.dirname, '..', '..')

/** Where Drowse's own code is: `src`, or in a package `lib`, which has the same files as JavaScript. */
export const SOURCE_DIR = join(import.meta.dirname, '..')
/** How the names of its files end. */
export const SOURCE_EXTENSION = extname(import.meta.filename)
export const THEMES_DIR = join(ROOT, 'themes')
export const ROOT_DIR = ROOT

/** The one site an embedded gateway serves. */
export const SITE = 'site'

/** The folders in which Node looks for the packages that Drowse imports: its own one, and those above it where it is a package itself. */
export function packageFolders(): readonly string[] {
  const folders: string[] = []
  for (let at = ROOT; ; at = dirname(at)) {
    const folder = join(at, 'node_modules')
    if (existsSync(folder)) folders.push(folder)
    if (at === dirname(at)) return folders
  }
}

/** The data folder of a site: `--data`, else `.drowse/data` in the site. */
export function dataDirOf(site: string, given: string | undefined): string {
  return resolve(given ?? join(site, '.drowse', 'data'))
}

/** The file of the owner's token hashes in a data folder. */
export function tokenFileOf(dataDir: string): string {
  return join(dataDir, 'tokens.json')
}

/** The key in a data folder by which the gateway knows visitors' browsers again. */
export function visitorKeyFileOf(dataDir: string): string {
  return join(dataDir, 'visitors.key')
}

/** The meter of a gateway's data folder. */
export function meterFileOf(dataDir: string): string {
  return join(dataDir, 'meter.db')
}
