import { join, resolve } from 'node:path'

const ROOT = join(import.meta.dirname, '..', '..')

/** Where Drowse's own code and themes are. */
export const SOURCE_DIR = join(ROOT, 'src')
export const THEMES_DIR = join(ROOT, 'themes')
export const ROOT_DIR = ROOT

/** The data folder of a site: `--data`, else `.drowse/data` in the site. */
export function dataDirOf(site: string, given: string | undefined): string {
  return resolve(given ?? join(site, '.drowse', 'data'))
}

/** The file of the owner's token hashes in a data folder. */
export function tokenFileOf(dataDir: string): string {
  return join(dataDir, 'tokens.json')
}
