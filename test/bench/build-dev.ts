import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Session } from '../../src/build/dev/session.ts'
import type { DevOptions, RoundReport } from '../../src/build/dev/types.ts'
import { FEATURES } from '../../src/features/registry.ts'
import { filesIn } from '../build/site-folder.ts'
import { postFile } from './blog-corpus.ts'
import { bar, median, percentile, table } from './report.ts'

const SAVES = 60
/** Between two saves, so that each is a burst of its own. */
const PAUSE_MS = 60

/** From a saved post to its page on disk in `drowse dev`; then whether all files are those that a first build writes. */
export async function benchSaves(siteDir: string, posts: number): Promise<string> {
  const waiting: ((report: RoundReport) => void)[] = []
  const options = devOptions(siteDir, 'dev', (report) => waiting.shift()?.(report))
  const session = await Session.open(options, SILENT)
  const save = async (number: number, edit: (text: string) => string): Promise<number> => {
    const file = join(siteDir, 'content', postFile(number))
    const text = edit(readFileSync(file, 'utf8'))
    await sleep(PAUSE_MS)
    const report = new Promise<RoundReport>((resolve) => waiting.push(resolve))
    const startedAt = performance.now()
    writeFileSync(file, text)
    await report
    return performance.now() - startedAt
  }
  const edits = {
    'its text': (text: string) => `${text}\nOne more line.\n`,
    'its title': (text: string) => text.replace('title: "', 'title: "New '),
  }
  const rows: (string | number)[][] = []
  const bars: string[] = []
  for (const [what, edit] of Object.entries(edits)) {
    const times: number[] = []
    for (let turn = 0; turn < SAVES; turn++) times.push(await save(1 + ((turn * 977) % posts), edit))
    rows.push([what, median(times), percentile(times, 0.95), percentile(times, 0.99)])
    bars.push(bar(`a save of ${what}, p50, ms`, median(times), 15))
  }
  await session.close()
  return [
    `A save in \`drowse dev\`, ${posts} posts, until its pages are on disk (${SAVES} each, ms)`,
    table(['', 'p50', 'p95', 'p99'], rows),
    ...bars,
    (await isAsBuilt(options))
      ? 'within  every file is as a first build writes it'
      : 'OVER    some file is not as a first build writes it',
  ].join('\n')
}

async function isAsBuilt(options: DevOptions): Promise<boolean> {
  const fresh = devOptions(options.siteDir, 'fresh', () => {})
  await (await Session.open(fresh, SILENT)).close()
  const [kept, built] = [filesIn(options.outDir), filesIn(fresh.outDir)]
  const same =
    Object.keys(built).length === Object.keys(kept).length && Object.entries(built).every(([path, text]) => kept[path] === text)
  for (const { outDir, cacheFile } of [options, fresh]) for (const path of [outDir, cacheFile]) rmSync(path, { recursive: true })
  return same
}

const SILENT = { open: [], changed: () => {}, faults: () => {} }

function devOptions(siteDir: string, name: string, onRound: (report: RoundReport) => void): DevOptions {
  const folder = join(siteDir, '.drowse')
  const themesDir = join(import.meta.dirname, '..', '..', 'themes')
  const places = { siteDir, themesDir, outDir: join(folder, name), cacheFile: join(folder, `${name}.db`) }
  return { ...places, features: FEATURES, engine: 'bench', now: () => new Date(), onRound }
}
