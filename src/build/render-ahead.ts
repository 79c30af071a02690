import type { ErrorCode } from '../errors/codes.ts'
import { DrowseError } from '../errors/drowse-error.ts'
import type { RenderedPages, SiteToRender } from './render-thread.ts'
import type { Task } from './thread.ts'
import type { Threads } from './threads.ts'

/** So many pages are rendered at a time. */
const AT_ONCE = 100

/** What a thread answers where it can't go on: an error's members, since an error of our own class would not come through whole. */
interface Fault {
  readonly fault: { readonly code: ErrorCode; readonly message: string; readonly hint: string | undefined }
}

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
  let at = 0
  const next = (): Task | null => {
    const some = paths.slice(at, at + AT_ONCE)
    at += some.length
    return some.length === 0 ? null : { type: 'render', paths: some }
  }
  threads.tell({ type: 'site', ...site } satisfies Task)
  await threads.work<Task, RenderedPages | Fault>(next, (answer, thread) => {
    if ('fault' in answer) throw new DrowseError(answer.fault.code, answer.fault.message, { hint: answer.fault.hint })
    ids[thread] ??= new Map()
    take(answer, ids[thread])
    left.push(...answer.left)
  })
  return left
}
