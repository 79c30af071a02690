import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Database } from '../model/database.ts'
import type { CompileOptions } from '../render/theme/compile.ts'
import { filesOfLayers } from '../render/theme/layers.ts'
import type { CompiledTheme } from '../render/theme/types.ts'

/** Compiles a theme, or gives back what it was compiled to last time, if it has the same files and the engine is the same. Throws `theme-invalid`. */
export async function keptTheme(database: Database, engine: string, options: CompileOptions): Promise<CompiledTheme> {
  database.exec('CREATE TABLE IF NOT EXISTS kept_theme (key TEXT PRIMARY KEY, theme TEXT NOT NULL)')
  const key = keyOf(engine, options)
  const kept = database.get('SELECT theme FROM kept_theme WHERE key = ?', key)
  if (kept) return fromText(String(kept.theme))
  // The compilers take their time to load, and are seldom needed.
  const { compileTheme } = await import('../render/theme/compile.ts')
  const theme = await compileTheme(options)
  database.run('DELETE FROM kept_theme')
  // Packages of the site's own are not looked at, so what is made of them is not kept.
  if (theme.isOwn) database.run('INSERT INTO kept_theme (key, theme) VALUES (?, ?)', key, toText(theme))
  return theme
}

/** Follows from all that compiling reads: where each file lies among the layers, and its bytes. */
function keyOf(engine: string, { themesDirs, name }: CompileOptions): string {
  const files = filesOfLayers(themesDirs, name)
  const parts = files.map(({ layer, path, absolute }) => [layer, path, hash('sha256', readFileSync(absolute))])
  return hash('sha256', JSON.stringify([engine, name, parts]))
}

function toText(theme: CompiledTheme): string {
  const assets = theme.assets.map((asset) => ({ ...asset, bytes: Buffer.from(asset.bytes).toString('base64') }))
  return JSON.stringify({ ...theme, assets })
}

function fromText(text: string): CompiledTheme {
  // Written by `toText` alone.
  const theme = JSON.parse(text) as CompiledTheme
  return { ...theme, assets: theme.assets.map((asset) => ({ ...asset, bytes: Buffer.from(String(asset.bytes), 'base64') })) }
}
