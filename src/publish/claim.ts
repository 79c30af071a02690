import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import * as v from 'valibot'
import { DrowseError } from '../errors/drowse-error.ts'
import type { Store } from './types.ts'

/** The right to publish the release of one number, in a store that others may write to as well. */
export interface Claim {
  /** Throws `store-failed` once others may think that this publisher has died. Asked before each put. */
  check(): void
  /** Nothing is renewed any more. The claim itself stays, so that nobody can publish this number again. */
  end(): void
}

export interface ClaimTimes {
  /** A claim is renewed this often. */
  readonly beatMs: number
  /** A claim that was not renewed for so long is taken over. */
  readonly staleMs: number
  readonly pollMs: number
}

export interface ClaimParts {
  readonly store: Store
  readonly times: ClaimTimes
  /** Of the index, which one process at a time can hold: whoever claimed by this name before is dead. */
  readonly publisher: string
  /** Whether the release of that number is out already. */
  readonly isReleased: (number: number) => Promise<boolean>
  /** Told the keys that a dead publisher may have changed. */
  readonly onLeftover: (keys: readonly string[]) => void
}

export const CLAIM_TIMES: ClaimTimes = { beatMs: 5_000, staleMs: 15_000, pollMs: 250 }

const body = v.object({ publisher: v.string(), beat: v.string(), keys: v.array(v.string()) })
const INFO = { contentType: 'application/json', cache: 'page' } as const

/** `claims/000124-1.json`; the second number counts the takeovers. */
function claimKey(number: number, turn: number): string {
  return `claims/${String(number).padStart(6, '0')}-${turn}.json`
}

/**
 * Claims a release before anything of it is put, so that two publishers never mix theirs. The claim of a dead one is taken over: at once if it
 * was this publisher’s own, else when it has not been renewed for `staleMs`. Rejects with `store-failed` if the release is out already or
 * somebody alive is at it. Clocks are not compared: each side measures with its own how long nothing happened.
 */
export async function claimRelease(parts: ClaimParts, number: number, keys: readonly string[]): Promise<Claim> {
  for (let turn = 1; ; turn++) {
    const key = claimKey(number, turn)
    const since = performance.now()
    if (await parts.store.put(key, encode(parts.publisher, keys), INFO, 'createOnly')) return hold(parts, key, keys, since)
    if (await parts.isReleased(number)) throw outrun(number)
    const other = await readClaim(parts.store, key)
    if (other !== null && other.publisher !== parts.publisher) await waitUntilStale(parts, number, key, other.beat)
    parts.onLeftover(other?.keys ?? [])
  }
}

function hold({ store, times, publisher }: ClaimParts, key: string, keys: readonly string[], since: number): Claim {
  let renewedAt = since
  const timer = setInterval(() => {
    const start = performance.now()
    store.put(key, encode(publisher, keys), INFO).then(
      () => {
        renewedAt = start
      },
      // `check` sees that the claim grows old.
      () => undefined,
    )
  }, times.beatMs)
  timer.unref()
  return {
    check() {
      // Some time is left for the put that is made next.
      if (performance.now() - renewedAt < times.staleMs * (2 / 3)) return
      throw new DrowseError(
        'store-failed',
        'Publishing took so long to get through to the store that others may go on instead.',
        {
          hint: 'Publishing is tried again. If this comes back, the store or the way to it is too slow.',
        },
      )
    },
    end: () => clearInterval(timer),
  }
}

async function waitUntilStale(
  { store, times, isReleased }: ClaimParts,
  number: number,
  key: string,
  beat: string,
): Promise<void> {
  const start = performance.now()
  while (performance.now() - start < times.staleMs) {
    await sleep(times.pollMs * (0.5 + Math.random()))
    if (await isReleased(number)) throw outrun(number)
    if ((await readClaim(store, key))?.beat !== beat) {
      throw new DrowseError('store-failed', `Another publisher is about to publish release ${number}.`, {
        hint: 'Publishing is tried again when it has finished.',
      })
    }
  }
}

function outrun(number: number): DrowseError {
  return new DrowseError('store-failed', `Another publisher has published release ${number} first.`, {
    hint: 'Publishing is tried again on top of it. If this comes back, two gateways publish to one store.',
  })
}

/** `beat` differs each time, which is how others see that the claim was renewed. */
function encode(publisher: string, keys: readonly string[]): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ publisher, beat: randomUUID(), keys }))
}

async function readClaim(store: Store, key: string): Promise<v.InferOutput<typeof body> | null> {
  const bytes = await store.get(key)
  if (bytes === null) return null
  try {
    return v.parse(body, JSON.parse(new TextDecoder().decode(bytes)))
  } catch (cause) {
    throw new DrowseError('store-failed', `The claim “${key}” is damaged.`, { hint: 'Remove it from the store.', cause })
  }
}
