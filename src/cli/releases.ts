import { resolve } from 'node:path'
import { summary } from './publish.ts'
import { openPublishing } from './publishing.ts'
import { counted, type Terminal } from './terminal.ts'

/** `drowse releases`: the newest releases, newest first. */
export async function runReleases(terminal: Terminal, site: string, options: { data?: string; limit: number }): Promise<number> {
  const { config, publisher, place, close } = await openPublishing(
    terminal,
    resolve(site),
    options.data === undefined ? null : resolve(options.data),
  )
  try {
    const releases = await publisher.releases(options.limit)
    const keptSince = Date.now() - config.publish.keepDays * 24 * 3_600_000
    if (releases.length === 0) terminal.line(`${place}: nothing was published yet.`)
    for (const [index, release] of releases.entries()) {
      const { number, at, source, changed, removed, restores } = release
      // A release can be gone back to while everything that replaced something since then is young enough.
      const since = releases[index - 1]
      const canRestore = index > 0 && since !== undefined && Date.parse(since.at) > keptSince
      const what = restores === undefined ? `from a ${source}` : `brings back ${restores}`
      const note = index === 0 ? ' (current)' : canRestore ? '' : ' (no longer kept)'
      terminal.line(
        `${terminal.style('bold', String(number).padStart(6))}  ${at}  ${what}, ${counted(changed.length, 'object')} put, ${removed.length} removed${terminal.style('dim', note)}`,
      )
      terminal.result({ ...summary(release), isCurrent: index === 0, canRestore })
    }
    return 0
  } finally {
    await close()
  }
}
