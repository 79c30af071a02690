import { existsSync } from 'node:fs'
import { join, posix, sep } from 'node:path'
import type { Problem } from '../../protocol/types.ts'
import { compileTheme } from '../../render/theme/compile.ts'
import type { CompiledTheme } from '../../render/theme/types.ts'
import { readyTheme } from '../build.ts'
import type { ReadyTheme } from '../workshop.ts'
import { problemsOf } from './faults.ts'

/** A theme ready to use, its bytes by hash, or the reasons why there is none. */
export interface ThemeAttempt {
  readonly theme: ReadyTheme | null
  readonly blobs: Map<string, () => Uint8Array>
  readonly problems: readonly Problem[]
}

export async function attemptTheme(themesDirs: readonly string[], name: string): Promise<ThemeAttempt> {
  const blobs = new Map<string, () => Uint8Array>()
  try {
    const compiled = await compileTheme({ themesDirs, name })
    return { theme: await readyTheme(withSteadyStyles(compiled), blobs), blobs, problems: compiled.problems }
  } catch (error) {
    return { theme: null, blobs, problems: problemsOf(error, `themes/${name}/theme.tsx`) }
  }
}

/**
 * While developing, a stylesheet keeps its address when it changes: otherwise every page would have another link, be rendered, and reload, where a
 * browser can take the new sheet into the page it shows.
 */
function withSteadyStyles(theme: CompiledTheme): CompiledTheme {
  const assets = theme.assets.map((asset) => (asset.name.endsWith('.css') ? { ...asset, path: `/assets/${asset.name}` } : asset))
  return { ...theme, assets }
}

/** A file of a theme as messages name it: `themes/default/style.css`; null for a file of no such theme. */
export function themePath(themesDirs: readonly string[], name: string, file: string): string | null {
  const folder = themesDirs.map((dir) => join(dir, name, sep)).find((root) => file.startsWith(root))
  return folder === undefined ? null : posix.join('themes', name, file.slice(folder.length).replaceAll(sep, '/'))
}

/** Where the file lies that messages call `themes/default/style.css`: the uppermost of the folders that has it. */
export function themeFile(themesDirs: readonly string[], where: string): string | null {
  if (!where.startsWith('themes/')) return null
  return themesDirs.map((dir) => join(dir, where.slice('themes/'.length))).find((file) => existsSync(file)) ?? null
}
