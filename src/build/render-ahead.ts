import { DrowseError } from '../errors/drowse-error.ts'
import type { RenderedPages, SiteToRender } from './render-thread.ts'
import type { Fault, Task } from './thread-work.ts'
import type { Threads } from './threads.ts'

/** So many pages are rendered at a time: few, since the other threads' answers wait for those that the main thread renders. */
const AT_ONCE = 25

/**
 * Renders pages in threads, which write their files; `take` is told of each part as it is done, in any order, with a map for the ids of the thread's queries. Returns the pages that are
 * left to the main thread.
 */
export async function renderAhead(
  threads: Threads,
  site: SiteToRender,
  paths: readonly string[],
  take: (part: RenderedPages, ids: Map<number, number>) => void,
): Promise<readonly string[]> {
  const ids: Map<number, number>[] = []
  const left: string[] = []
  let from = 0
  let to = paths.length
  // Pages that stand together show the same: the main thread begins at the other end.
  const next = (isHere: boolean): Task | null => {
    const some = isHere ? paths.slice(Math.max(from, to - AT_ONCE), to) : paths.slice(from, Math.min(from + AT_ONCE, to))
    if (isHere) to -= some.length
    else from += some.length
    return some.length === 0 ? null : { type: 'render', paths: some }
  }
  await threads.tell({ type: 'site', ...site })
  await threads.work<RenderedPages | Fault>(next, (answer, thread) => {
    if ('fault' in answer) throw new DrowseError(answer.fault.code, answer.fault.message, { hint: answer.fault.hint })
    ids[thread] ??= new Map()
    take(answer, ids[thread])
    left.push(...answer.left)
  })
  return left
}
