import { basename } from 'node:path'
import type { Problem } from '../../protocol/types.ts'
import { isOwn, problemsOf, runEsbuild } from './components.ts'
import type { Layers } from './layers.ts'
import { assetOf } from './style.ts'
import type { ThemeAsset } from './types.ts'

/** The same browsers as `style.ts` writes for. */
const BROWSERS = ['chrome113', 'firefox113', 'safari16.5']

export interface ScriptsBundle {
  readonly assets: readonly ThemeAsset[]
  readonly isOwn: boolean
  readonly problems: readonly Problem[]
}

/** Bundles each script that lies in the theme's `scripts/` with all it imports, for browsers: `scripts/search.js` becomes the asset `search.js`. */
export async function bundleScripts(layers: Layers): Promise<ScriptsBundle> {
  const scripts = layers.list('scripts').filter(({ path }) => /^scripts\/[^/]+\.[jt]s$/.test(path))
  if (scripts.length === 0) return { assets: [], isOwn: true, problems: [] }
  const entryPoints = Object.fromEntries(scripts.map(({ path }) => [nameOf(path), `./${path}`]))
  const result = await runEsbuild(layers, { entryPoints, platform: 'browser', target: BROWSERS, minify: true })
  const assets = result.outputFiles.map(({ path, contents }) => assetOf(basename(path), contents))
  return { assets, isOwn: isOwn(result), problems: problemsOf(result, layers) }
}

function nameOf(path: string): string {
  return path.slice('scripts/'.length).replace(/\.[jt]s$/, '')
}
