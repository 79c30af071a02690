import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type BuildResult, build } from '../../src/build/build.ts'
import { FEATURES } from '../../src/features/registry.ts'
import { newFolder } from '../guest/running-guest.ts'
import { BUILT_IN } from '../render/theme-folders.ts'

type Content = string | Uint8Array

/** Writes files into a folder; null removes one. */
export function writeFiles(root: string, files: Readonly<Record<string, Content | null>>): void {
  for (const [path, content] of Object.entries(files)) {
    const file = join(root, path)
    if (content === null) rmSync(file, { force: true })
    else {
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, content)
    }
  }
}

export function siteFolder(files: Readonly<Record<string, Content>>): string {
  const root = newFolder('site')
  writeFiles(root, files)
  return root
}

/** All files below a folder but its manifests, as latin1 text by path, so that they compare byte for byte. */
export function filesIn(root: string): Readonly<Record<string, string>> {
  const found = readdirSync(root, { recursive: true, withFileTypes: true })
  const files = found.filter((entry) => entry.isFile() && !entry.name.startsWith('.drowse-manifest'))
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort()
  return Object.fromEntries(paths.map((path) => [path.slice(root.length + 1), readFileSync(path, 'latin1')]))
}

/** Builds as `drowse build` does; without a cache unless one is named. */
export function buildSite(
  siteDir: string,
  outDir: string,
  {
    cacheFile = null,
    engine = 'engine-1',
    force = false,
    now = '2026-06-01T12:00:00.000Z',
    drafts = false,
    ...others
  }: { cacheFile?: string | null; engine?: string; force?: boolean; now?: string; drafts?: boolean; many?: number } = {},
): Promise<BuildResult> {
  return build({
    siteDir,
    outDir,
    cacheFile,
    themesDir: BUILT_IN,
    features: FEATURES,
    engine,
    force,
    showing: { time: now, drafts },
    ...others,
  })
}
