import { existsSync } from 'node:fs'
import { join, posix, relative, sep } from 'node:path'
import type { Problem } from '../../protocol/types.ts'
import { compileTheme } from '../../render/theme/compile.ts'
import { themeNames } from '../../render/theme/layers.ts'
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

/** A file of a theme, or of one it is based on, as messages name it: `themes/default/style.css`; null for a file of neither. */
export function themePath(themesDirs: readonly string[], name: string, file: string): string | null {
  const dir = themesDirs.find((each) => namesOf(themesDirs, name).some((own) => file.startsWith(join(each, own, sep))))
  return dir === undefined ? null : posix.join('themes', relative(dir, file).replaceAll(sep, '/'))
}

/** What the theme is and lies upon; itself alone while its theme.json is being mended. */
function namesOf(themesDirs: readonly string[], name: string): readonly string[] {
  try {
    return themeNames(themesDirs, name)
  } catch {
    return [name]
  }
}

/** Where the file lies that messages call `themes/default/style.css`: the uppermost of the folders that has it. */
export function themeFile(themesDirs: readonly string[], where: string): string | null {
  if (!where.startsWith('themes/')) return null
  return themesDirs.map((dir) => join(dir, where.slice('themes/'.length))).find((file) => existsSync(file)) ?? null
}
