import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { createDevServer } from '../build/dev/server.ts'
import { Session } from '../build/dev/session.ts'
import type { RoundReport } from '../build/dev/types.ts'
import { engineName } from '../build/engine.ts'
import { FEATURES } from '../features/registry.ts'
import { startServer } from '../gateway/server.ts'
import { SOURCE_DIR, THEMES_DIR } from './paths.ts'
import { counted, duration, type Terminal } from './terminal.ts'

/** Requests under way at Ctrl-C get this long to end. */
const GRACE_MS = 500

/** `drowse dev`: builds, serves and follows the site's folder until it is interrupted. Exit code 0. */
export async function runDev(terminal: Terminal, site: string, options: { port: number; drafts?: true }): Promise<number> {
  const siteDir = resolve(site)
  const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  const outDir = join(siteDir, '.drowse', 'dev')
  let session: Session | null = null
  const { app, hub, close } = createDevServer({ outDir, site: () => session })
  const server = await startServer({ fetch: app.fetch, port: options.port })
  try {
    terminal.progress('Building the site …')
    session = await Session.open(
      {
        siteDir,
        themesDir: THEMES_DIR,
        outDir,
        cacheFile: join(siteDir, '.drowse', 'dev.db'),
        features: FEATURES,
        engine: engineName(SOURCE_DIR),
        now: () => new Date(),
        drafts: options.drafts === true,
        onRound: printer(terminal),
      },
      hub,
    )
    terminal.line(
      `${terminal.style('cyan', `http://localhost:${server.port}/`)} shows the site and follows what you save. Ctrl-C stops.`,
    )
    await stopped
    return 0
  } finally {
    close()
    await server.close(GRACE_MS)
    await session?.close()
  }
}

/** Prints a line for each round; faults only when they are not the ones told before. */
function printer(terminal: Terminal): (report: RoundReport) => void {
  let told = ''
  return ({ saved, rendered, written, removed, faults, ms }) => {
    const files = saved.length > 3 ? `${counted(saved.length, 'file')}` : saved.join(', ')
    const gone = removed.length === 0 ? '' : `, ${removed.length} removed`
    const what = `${counted(rendered, 'page')} rendered, ${written.length} written${gone} in ${duration(ms.total * 1e6)}`
    terminal.line(saved.length === 0 ? what : `${terminal.style('bold', files)}: ${what}`)
    const telling = JSON.stringify(faults)
    if (telling === told) return
    const errors = faults.filter(({ severity }) => severity === 'error').length
    terminal.problems(faults)
    if (errors === 0 && told !== '' && told !== '[]') terminal.line(terminal.style('green', 'No errors any more.'))
    told = telling
  }
}
