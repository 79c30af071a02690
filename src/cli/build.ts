import { join, resolve } from 'node:path'
import { build } from '../build/build.ts'
import { engineName } from '../build/engine.ts'
import { FEATURES } from '../features/registry.ts'
import { checkOutDir } from './out-dir-check.ts'
import { SOURCE_DIR, THEMES_DIR } from './paths.ts'
import { counted, duration, type Terminal } from './terminal.ts'

const STEPS = { scan: 'Found', read: 'Reading', render: 'Rendered' } as const

/** What a build leaves for later, for a person. */
export function dueLine(nextDue: string): string {
  return `Pages change with the time, next at ${nextDue}: build again then. “drowse start” does it by itself.`
}

/** `drowse build`: exit code 0, or 1 when something in the site has an error (with `strict`, a warning too); everything else is built all the same. */
export async function runBuild(
  terminal: Terminal,
  siteDir: string,
  options: { out?: string; cache: boolean; drafts?: true; strict?: true; force?: true },
): Promise<number> {
  const site = resolve(siteDir)
  const outDir = resolve(options.out ?? join(site, 'dist'))
  checkOutDir(site, outDir)
  const startedNs = process.hrtime.bigint()
  const result = await build({
    siteDir: site,
    outDir,
    cacheFile: options.cache ? join(site, '.drowse', 'build.db') : null,
    themesDir: THEMES_DIR,
    features: FEATURES,
    engine: engineName(SOURCE_DIR),
    showing: { time: new Date().toISOString(), drafts: options.drafts === true },
    force: options.force === true,
    progress: (step, done, of) => {
      if (step !== 'render' || done % 100 === 0) terminal.progress(`${STEPS[step]} ${done} of ${of} …`)
    },
  })
  const ns = Number(process.hrtime.bigint() - startedNs)
  const problems = options.strict
    ? result.problems.map((problem) => ({ ...problem, severity: 'error' as const }))
    : result.problems
  const errors = problems.filter(({ severity }) => severity === 'error').length
  terminal.problems(problems)
  const { written, removed } = result
  terminal.line(
    `${terminal.style('bold', outDir)}: ${counted(result.pages, 'file')}, ${written.length} written, ${removed} removed, ${counted(result.rendered, 'page')} rendered in ${duration(ns)}`,
  )
  if (result.nextDue !== null) terminal.line(dueLine(result.nextDue))
  if (errors > 0) {
    const told = options.strict ? 'with --strict, a warning is one too.' : 'what has one is left out.'
    terminal.line(terminal.style('red', `${counted(errors, 'error')}: ${told}`))
  }
  terminal.result({
    outDir,
    pages: result.pages,
    rendered: result.rendered,
    written,
    removed,
    nextDue: result.nextDue,
    problems,
    ms: ns / 1e6,
  })
  return errors > 0 ? 1 : 0
}
