import { hash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DrowseError } from '../errors/drowse-error.ts'
import { type CompiledExtension, type LoadedExtension, NO_EXTENSION } from '../extend/types.ts'
import type { ExtensionFile } from '../features/site/extension-files.ts'
import type { Feature } from '../features/types.ts'
import type { Database } from '../model/database.ts'
import { EXTENSION_FILE } from '../model/site-tables.ts'
import type { Problem } from '../protocol/types.ts'
import { hostOf } from './extension-host.ts'

/** A site's site.ts, ready to use. */
export interface FoundExtension {
  readonly extension: LoadedExtension
  /** Null where there is none, or it has a fault. */
  readonly file: ExtensionFile | null
  readonly source: string
  /** The site's own files that it is made of, absolute. */
  readonly files: readonly string[]
  /** With an error among them the site goes without it. */
  readonly problems: readonly Problem[]
}

export const NONE_FOUND: FoundExtension = { extension: NO_EXTENSION, file: null, source: '', files: [], problems: [] }

/** Compiles and loads a site's site.ts. One that can't be used is told as a problem. What that takes is loaded only where there is one. */
export async function findExtension(
  siteDir: string,
  features: readonly Feature[],
  compile: (siteDir: string) => Promise<CompiledExtension> = compileAnew,
): Promise<FoundExtension> {
  const file = join(siteDir, EXTENSION_FILE)
  if (!existsSync(file)) return NONE_FOUND
  try {
    const compiled = await compile(siteDir)
    const { loadExtension } = await import('../extend/load.ts')
    const extension = await loadExtension(compiled, { host: hostOf(features) })
    const { hash: bundle, source, files, problems } = compiled
    const parts = { bundle, plugins: extension.plugins !== null, shortcodes: extension.shortcodes.size > 0 }
    return { extension, file: parts, source, files, problems }
  } catch (error) {
    if (!(error instanceof DrowseError) || error.code !== 'extension-invalid') throw error
    return { ...NONE_FOUND, files: [file], problems: error.details.problems as readonly Problem[] }
  }
}

async function compileAnew(siteDir: string): Promise<CompiledExtension> {
  const { compileExtension } = await import('../extend/compile.ts')
  return compileExtension(siteDir)
}

/** What a site.ts was compiled to last time, if all it is made of is as it was; else it is compiled. Throws `extension-invalid`. */
export async function keptExtension(database: Database, engine: string, siteDir: string): Promise<CompiledExtension> {
  database.exec('CREATE TABLE IF NOT EXISTS kept_extension (key TEXT PRIMARY KEY, extension TEXT NOT NULL)')
  const kept = database.get('SELECT key, extension FROM kept_extension')
  if (kept) {
    // Written below alone.
    const extension = JSON.parse(String(kept.extension)) as CompiledExtension
    if (kept.key === keyOf(engine, siteDir, extension.inputs)) return extension
  }
  const extension = await compileAnew(siteDir)
  database.run('DELETE FROM kept_extension')
  const key = keyOf(engine, siteDir, extension.inputs)
  database.run('INSERT INTO kept_extension (key, extension) VALUES (?, ?)', key, JSON.stringify(extension))
  return extension
}

function keyOf(engine: string, siteDir: string, files: readonly string[]): string {
  return hash('sha256', JSON.stringify([engine, siteDir, files.map((file) => [file, hashOf(file)])]))
}

function hashOf(file: string): string | null {
  try {
    return hash('sha256', readFileSync(file))
  } catch {
    return null
  }
}
