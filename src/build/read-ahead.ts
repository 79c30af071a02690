import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { ReadingSettings, ReadResult, SourceFile } from '../content/types.ts'

/** What a thread is sent. */
export interface SourcesToRead {
  readonly files: readonly SourceFile[]
  readonly settings: ReadingSettings
}

/** What it answers. Bodies are JSON. */
export interface ReadAhead {
  readonly readings: readonly (readonly [path: string, reading: ReadResult])[]
  readonly bodies: readonly (readonly [hash: string, body: string])[]
  readonly code: readonly (readonly [hash: string, html: string])[]
}

/** Fewer files than this are read about as soon as a thread has loaded what it takes to read them, and has warmed up. */
export const MANY = 2_000
const AT_ONCE = 40
/** As deep a stack as the main thread's, so that text nested too deeply is so everywhere. */
const STACK_MB = 1

/** Reads Markdown files in threads, as many as there are processors; `take` is told of each part as it is done, in any order. */
export async function readAhead(
  paths: readonly string[],
  settings: ReadingSettings,
  { bytesOf, take }: { bytesOf(path: string): Uint8Array; take(part: ReadAhead): void },
): Promise<void> {
  const waiting = [...paths]
  const next = (): readonly string[] => waiting.splice(0, AT_ONCE)
  const work = async () => {
    const worker = new Worker(new URL(`./read-worker${extname(import.meta.filename)}`, import.meta.url), {
      resourceLimits: { stackSizeMb: STACK_MB },
    })
    try {
      for (let some = next(); some.length > 0; some = next()) {
        const sent: SourcesToRead = { files: some.map((path) => ({ path, bytes: bytesOf(path) })), settings }
        worker.postMessage(sent)
        const [part] = (await once(worker, 'message')) as [ReadAhead]
        take(part)
      }
    } finally {
      await worker.terminate()
    }
  }
  await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, work))
}
