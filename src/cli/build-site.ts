import { join } from 'node:path'
import { type BuildResult, build } from '../build/build.ts'
import { type BuiltObject, builtObjects } from '../build/built-objects.ts'
import { engineName } from '../build/engine.ts'
import { FEATURES } from '../features/registry.ts'
import { SOURCE_DIR, THEMES_DIR } from './paths.ts'
import type { Terminal } from './terminal.ts'

const STEPS = { scan: 'Found', read: 'Reading', render: 'Rendered' } as const

/** Builds a site to be published, into `.drowse/built`, and returns all of it. */
export async function buildToPublish(
  terminal: Terminal,
  siteDir: string,
): Promise<{ readonly result: BuildResult; readonly objects: readonly BuiltObject[] }> {
  const outDir = join(siteDir, '.drowse', 'built')
  const cacheFile = join(siteDir, '.drowse', 'build.db')
  const result = await build({
    siteDir,
    outDir,
    cacheFile,
    themesDir: THEMES_DIR,
    features: FEATURES,
    engine: engineName(SOURCE_DIR),
    showing: { time: new Date().toISOString(), drafts: false },
    progress: (step, done, of) => {
      if (step !== 'render' || done % 100 === 0) terminal.progress(`${STEPS[step]} ${done} of ${of} …`)
    },
  })
  return { result, objects: builtObjects({ cacheFile, outDir }) }
}
