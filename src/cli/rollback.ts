import { resolve } from 'node:path'
import { progressOf, summary, toldOf } from './publish.ts'
import { openPublishing } from './publishing.ts'
import { duration, type Terminal } from './terminal.ts'

/** `drowse rollback`: publishes the state of an earlier release again; without a number, that of the last but one. */
export async function runRollback(
  terminal: Terminal,
  number: number | undefined,
  site: string,
  options: { data?: string },
): Promise<number> {
  const { publisher, place, close } = await openPublishing(
    terminal,
    resolve(site),
    options.data === undefined ? null : resolve(options.data),
  )
  try {
    const startedNs = process.hrtime.bigint()
    const to = number ?? publisher.current.number - 1
    const release = await publisher.rollback(to, { progress: progressOf(terminal) })
    const ns = Number(process.hrtime.bigint() - startedNs)
    terminal.line(`${terminal.style('bold', place)}: back at release ${to}: ${toldOf(release, publisher)} in ${duration(ns)}`)
    terminal.result({ place, to, release: release === null ? null : summary(release), ms: ns / 1e6 })
    return 0
  } finally {
    await close()
  }
}
