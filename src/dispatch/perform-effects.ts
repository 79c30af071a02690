import { CODES } from '../errors/codes.ts'
import { asDrowseError } from '../errors/drowse-error.ts'
import type { Effect } from '../protocol/types.ts'
import { retryDelayMs } from './backoff.ts'
import type { Effects, EffectsOptions } from './types.ts'

const BASE_MS = 5_000
const CAP_MS = 3_600_000

interface Failed {
  readonly times: number
  readonly notBefore: number
}

/** See `Effects`. One after the other, in the order they came; one that failed is tried again later and holds up no other. */
export function createEffects({ site, outbox, performers, tell, clock, random, onFault }: EffectsOptions): Effects {
  const byKind = new Map(performers.map((performer) => [performer.kind, performer]))
  const failed = new Map<string, Failed>()
  let running: Promise<void> | null = null
  let isWanted = false
  let isStopped = false
  let cancel: (() => void) | null = null

  function notify(): void {
    isWanted = true
    if (running !== null || isStopped) return
    running = drain().finally(() => {
      running = null
      if (isWanted) notify()
    })
  }

  async function drain(): Promise<void> {
    // Whoever noticed goes on first: nobody waits for a mail.
    await Promise.resolve()
    isWanted = false
    cancel?.()
    for (const effect of outbox.waiting(site)) {
      if (isStopped) return
      if ((failed.get(effect.id)?.notBefore ?? 0) <= clock.now()) await performOne(effect)
    }
    const next = Math.min(...[...failed.values()].map(({ notBefore }) => notBefore))
    if (next !== Number.POSITIVE_INFINITY && !isStopped) cancel = clock.after(Math.max(0, next - clock.now()), notify)
  }

  async function performOne(effect: Effect): Promise<void> {
    const performer = byKind.get(effect.kind)
    // Kept for a gateway that can.
    if (performer === undefined) return
    try {
      const telling = await performer.perform(effect)
      if (telling !== null) await tell(telling)
    } catch (cause) {
      const error = asDrowseError(cause)
      onFault(error)
      if (CODES[error.code].retry) {
        const times = (failed.get(effect.id)?.times ?? 0) + 1
        // The first retry waits too: what failed was far away.
        failed.set(effect.id, { times, notBefore: clock.now() + retryDelayMs(times + 1, BASE_MS, CAP_MS, random()) })
        return
      }
    }
    failed.delete(effect.id)
    outbox.performed(site, effect.id)
  }

  return {
    notify,
    async stop() {
      isStopped = true
      cancel?.()
      await running
    },
  }
}
