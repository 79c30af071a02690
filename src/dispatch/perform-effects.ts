import { CODES } from '../errors/codes.ts'
import { asDrowseError } from '../errors/drowse-error.ts'
import type { Effect } from '../protocol/types.ts'
import { retryDelayMs } from './backoff.ts'
import type { Effects, EffectsOptions, Performer } from './types.ts'

const BASE_MS = 5_000
const CAP_MS = 3_600_000

interface Failed {
  readonly times: number
  readonly notBeforeMs: number
}

/** See `Effects`. Each kind by itself: of one, in the order they came; one that failed is tried again later and holds up no other. */
export function createEffects({ performers, ...options }: EffectsOptions): Effects {
  const lanes = performers.map((performer) => effectsOfKind(performer, options))
  return {
    notify() {
      for (const lane of lanes) lane.notify()
    },
    async stop() {
      await Promise.all(lanes.map((lane) => lane.stop()))
    },
  }
}

function effectsOfKind(
  performer: Performer,
  { site, outbox, tell, clock, random, onFault }: Omit<EffectsOptions, 'performers'>,
): Effects {
  const failed = new Map<string, Failed>()
  /** Done, but the outbox could not be told. */
  const unnoted = new Set<string>()
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
    try {
      await performAll()
    } catch (cause) {
      // The outbox can't be read or written: the disk is full, say.
      onFault(asDrowseError(cause))
      later(BASE_MS)
    }
  }

  async function performAll(): Promise<void> {
    for (const effect of outbox.waiting(site)) {
      if (isStopped) return
      if (effect.kind === performer.kind && (failed.get(effect.id)?.notBeforeMs ?? 0) <= nowMs()) await performOne(effect)
    }
    const next = Math.min(...[...failed.values()].map(({ notBeforeMs }) => notBeforeMs))
    if (next !== Number.POSITIVE_INFINITY) later(Math.max(0, next - nowMs()))
  }

  function later(ms: number): void {
    if (!isStopped) cancel = clock.after(ms, notify)
  }

  /** Of the clock that nobody sets. */
  function nowMs(): number {
    return Number(clock.monotonicNs()) / 1e6
  }

  async function performOne(effect: Effect): Promise<void> {
    try {
      const telling = unnoted.has(effect.id) ? null : await performer.perform(effect)
      if (telling?.fault !== undefined) onFault(telling.fault)
      if (telling !== null) await tell(telling)
    } catch (cause) {
      const error = asDrowseError(cause)
      onFault(error)
      if (CODES[error.code].retry) {
        const times = (failed.get(effect.id)?.times ?? 0) + 1
        // The first retry waits too: what failed was far away.
        failed.set(effect.id, { times, notBeforeMs: nowMs() + retryDelayMs(times + 1, BASE_MS, CAP_MS, random()) })
        return
      }
    }
    failed.delete(effect.id)
    unnoted.add(effect.id)
    outbox.performed(site, effect.id)
    unnoted.delete(effect.id)
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
