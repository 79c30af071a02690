import { asDrowseError, type DrowseError } from '../../errors/drowse-error.ts'
import { pathsOf } from './paths.ts'
import type { Purge } from './types.ts'

/** Purges in the background, one order at a time, until each has worked. */
export interface PurgeQueue {
  /** Returns at once. */
  add(release: number, keys: readonly string[]): void
  /** Resolves to true when nothing is left to do, to false after `withinMs`. */
  settled(withinMs: number): Promise<boolean>
  /** Gives up on what is left. */
  close(): void
}

export interface PurgeQueueOptions {
  readonly purge: Purge
  readonly onFailure: (error: DrowseError) => void
  /** The caches were told of all releases up to this one. */
  readonly onPurged: (release: number) => void
  /** In 0…1, for jitter. */
  readonly random?: () => number
  readonly retryBaseMs?: number
}

const RETRY_BASE_MS = 1_000
const RETRY_CAP_MS = 5 * 60_000

export function purgeQueue({
  purge,
  onFailure,
  onPurged,
  random = Math.random,
  retryBaseMs = RETRY_BASE_MS,
}: PurgeQueueOptions): PurgeQueue {
  const paths = new Set<string>()
  let newest = 0
  let failures = 0
  let isBusy = false
  let isClosed = false
  let retry: NodeJS.Timeout | null = null
  let waiting: (() => void)[] = []

  async function work(): Promise<void> {
    isBusy = true
    // Nobody waits for the first: what comes in the same turn goes along.
    await Promise.resolve()
    while (newest > 0 && !isClosed) {
      const [order, release] = [[...paths], newest]
      paths.clear()
      newest = 0
      try {
        if (order.length > 0) await purge.purge(order)
        failures = 0
        if (!isClosed) onPurged(release)
      } catch (cause) {
        for (const path of order) paths.add(path)
        newest = Math.max(newest, release)
        onFailure(asDrowseError(cause, 'purge-failed'))
        wait()
        break
      }
    }
    isBusy = false
    if (newest === 0 || isClosed) {
      for (const resolve of waiting) resolve()
      waiting = []
    }
  }

  function wait(): void {
    const delayMs = Math.min(RETRY_CAP_MS, retryBaseMs * 2 ** Math.min(failures++, 20)) * (1 - random() / 2)
    retry = setTimeout(() => {
      retry = null
      void work()
    }, delayMs)
    retry.unref()
  }

  return {
    add(release, keys) {
      for (const path of pathsOf(keys)) paths.add(path)
      newest = Math.max(newest, release)
      if (!isBusy && retry === null && !isClosed) void work()
    },
    async settled(withinMs) {
      if (newest === 0 && !isBusy) return true
      const { promise, resolve } = Promise.withResolvers<boolean>()
      waiting.push(() => resolve(!isClosed))
      const timer = setTimeout(() => resolve(false), withinMs)
      return await promise.finally(() => clearTimeout(timer))
    },
    close() {
      isClosed = true
      if (retry !== null) clearTimeout(retry)
      for (const resolve of waiting) resolve()
      waiting = []
    },
  }
}
