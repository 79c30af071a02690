import { DrowseError } from '../../errors/drowse-error.ts'
import { encodePath } from './paths.ts'
import type { Purge } from './types.ts'

export interface HttpPurgeOptions {
  /** `each`: the cache’s address, `PURGE` is sent to it once a path. `webhook`: gets one POST with all of them. */
  readonly url: string
  readonly mode: 'each' | 'webhook'
  /** Sent as a bearer token. */
  readonly token?: string | undefined
  /** Where the site is published, without a slash at its end. */
  readonly site: string
  readonly fetch?: typeof globalThis.fetch
  readonly timeoutMs?: number
}

const PARALLEL = 8
const TIMEOUT_MS = 10_000

/**
 * Purges caches that take orders over HTTP: Varnish and nginx with a `PURGE` for each path, other CDNs through a webhook. The webhook’s body is
 * `{"site": "https://example.org", "paths": ["/posts/hello/"], "urls": ["https://example.org/posts/hello/"]}`.
 */
export function httpPurge({ url, mode, token, site, fetch = globalThis.fetch, timeoutMs = TIMEOUT_MS }: HttpPurgeOptions) {
  const base = url.replace(/\/+$/, '')
  const authorization: Record<string, string> = token === undefined ? {} : { Authorization: `Bearer ${token}` }

  async function order(target: string, init: RequestInit, isFine: (status: number) => boolean): Promise<void> {
    let answer: Response
    try {
      answer = await fetch(target, { ...init, redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) })
      await answer.body?.cancel()
    } catch (cause) {
      throw failure(`${target} can’t be reached`, 'Check `publish.purge.url` in site.yaml. It is tried again.', cause)
    }
    if (isFine(answer.status)) return
    throw failure(`${target} answered ${answer.status}`, hintFor(answer.status))
  }

  async function each(paths: readonly string[]): Promise<void> {
    const rest = paths.values()
    const lane = async () => {
      for (const path of rest) {
        // 404: the cache has no copy.
        await order(
          base + encodePath(path),
          { method: 'PURGE', headers: authorization },
          (status) => isSuccess(status) || status === 404,
        )
      }
    }
    await Promise.all(Array.from({ length: Math.min(PARALLEL, paths.length) }, lane))
  }

  async function webhook(paths: readonly string[]): Promise<void> {
    const body = JSON.stringify({ site, paths: paths.map(encodePath), urls: paths.map((path) => site + encodePath(path)) })
    await order(url, { method: 'POST', body, headers: { ...authorization, 'Content-Type': 'application/json' } }, isSuccess)
  }

  return { name: 'http', purge: mode === 'each' ? each : webhook } satisfies Purge
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}

function hintFor(status: number): string {
  if (status === 401 || status === 403)
    return 'Set the right token in DROWSE_PURGE_TOKEN, or let the cache take orders from this address.'
  if (status === 405) return 'The cache does not know PURGE. Configure it as the manual shows, or use a webhook.'
  return 'It is tried again. Until then readers may see copies as old as a minute.'
}

function failure(why: string, hint: string, cause?: unknown): DrowseError {
  return new DrowseError('purge-failed', `A cache could not be told to forget pages: ${why}.`, { hint, cause })
}
