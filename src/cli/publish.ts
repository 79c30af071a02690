import { resolve } from 'node:path'
import { DrowseError } from '../errors/drowse-error.ts'
import type { PlannedPut, Publisher, Release, ReleaseChange, ReleasePlan } from '../publish/types.ts'
import { dueLine } from './build.ts'
import { buildToPublish } from './build-site.ts'
import { openPublishing } from './publishing.ts'
import { counted, duration, type Terminal } from './terminal.ts'

const WHY = { new: 'new', bytes: 'changed', headers: 'headers', doubt: 'again' } as const satisfies Record<
  PlannedPut['why'],
  string
>
const MARK = { new: '+', bytes: '~', headers: '~', doubt: '=' } as const satisfies Record<PlannedPut['why'], string>

/** `drowse publish`: builds the site and makes the store show it. Exit code 0, also when there was nothing to do. */
export async function runPublish(terminal: Terminal, site: string, options: { dryRun?: true; force?: true }): Promise<number> {
  const siteDir = resolve(site)
  // The store first: what somebody else publishes while this is being built is not published over.
  const { publisher, place, capabilities, close } = await openPublishing(terminal, siteDir, null)
  try {
    const startedNs = process.hrtime.bigint()
    const { result, objects } = await buildToPublish(terminal, siteDir)
    terminal.problems(result.problems)
    const force = options.force === true
    refuseErrors(result.problems.filter(({ severity }) => severity === 'error').length, force)
    const change: ReleaseChange = { objects, removed: [], complete: true, source: 'folder', guardRemovals: !force, force }
    if (options.dryRun === true) return showPlan(terminal, publisher, publisher.plan(change), place)
    const release = await publisher.publish({ ...change, progress: progressOf(terminal) })
    const ns = Number(process.hrtime.bigint() - startedNs)
    terminal.line(`${terminal.style('bold', place)}: ${toldOf(release, publisher)} in ${duration(ns)}`)
    if (result.nextDue !== null) terminal.line(dueLine(result.nextDue))
    terminal.result({
      place,
      capabilities,
      nextDue: result.nextDue,
      release: release === null ? null : summary(release),
      current: publisher.current.number,
      ms: ns / 1e6,
    })
    return 0
  } finally {
    await close()
  }
}

/** What a verb shows while objects are put. */
export function progressOf(terminal: Terminal): (done: number, of: number) => void {
  return (done, of) => {
    if (done % 10 === 0 || done === of) terminal.progress(`Put ${done} of ${of} …`)
  }
}

/** A release in one line for people. */
export function toldOf(release: Release | null, publisher: Publisher): string {
  if (release === null) return `release ${publisher.current.number} shows this already, nothing was published`
  return `release ${release.number}, ${counted(release.changed.length, 'object')} put, ${release.removed.length} removed`
}

/** A release as programs are told of it. */
export function summary({ number, at, source, outbox, changed, removed, restores }: Release): object {
  return {
    number,
    at,
    source,
    outbox,
    changed: changed.map(({ key }) => key),
    removed,
    ...(restores === undefined ? {} : { restores }),
  }
}

function refuseErrors(errors: number, force: boolean): void {
  if (errors === 0 || force) return
  throw new DrowseError('content-invalid', `Nothing was published: the site has ${counted(errors, 'error')}.`, {
    hint: 'What has an error is left out of a build, so its page would vanish. Mend it, or publish the rest with --force.',
  })
}

function showPlan(terminal: Terminal, publisher: Publisher, { puts, removed }: ReleasePlan, place: string): number {
  const sorted = puts.toSorted((a, b) => (a.entry.key < b.entry.key ? -1 : 1))
  for (const { entry, why } of sorted) {
    terminal.line(
      `${terminal.style('green', MARK[why])} ${entry.key} ${terminal.style('dim', `${WHY[why]}, ${entry.sizeBytes} bytes`)}`,
    )
  }
  for (const { key } of removed) terminal.line(`${terminal.style('red', '-')} ${key}`)
  const isNothing = puts.length === 0 && removed.length === 0
  const sizeBytes = puts.reduce((sum, { entry }) => sum + entry.sizeBytes, 0)
  terminal.line(
    isNothing
      ? `${place}: release ${publisher.current.number} shows this already.`
      : `${place}: would put ${counted(puts.length, 'object')} (${sizeBytes.toLocaleString('en')} bytes) and remove ${removed.length}. Nothing was published.`,
  )
  terminal.result({
    place,
    dryRun: true,
    current: publisher.current.number,
    put: sorted.map(({ entry, why }) => ({ key: entry.key, why: WHY[why], sizeBytes: entry.sizeBytes })),
    remove: removed.map(({ key }) => key),
  })
  return 0
}
