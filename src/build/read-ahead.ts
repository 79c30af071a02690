import type { ReadingSettings } from '../content/types.ts'
import type { SourcesRead } from './read-thread.ts'
import type { Task } from './thread-work.ts'
import type { Threads } from './threads.ts'

/** So many files are read at a time. */
const AT_ONCE = 20

/** Reads Markdown files in threads; `take` is told of each part as it is done, in any order. */
export async function readAhead(
  threads: Threads,
  paths: readonly string[],
  settings: ReadingSettings,
  { bytesOf, take }: { bytesOf(path: string): Uint8Array; take(part: SourcesRead): void },
): Promise<void> {
  let at = 0
  const next = (): Task | null => {
    const some = paths.slice(at, at + AT_ONCE)
    at += some.length
    return some.length === 0 ? null : { type: 'read', files: some.map((path) => ({ path, bytes: bytesOf(path) })), settings }
  }
  await threads.work(next, take)
}
