import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync, gzipSync } from 'node:zlib'
import * as v from 'valibot'
import { DrowseError } from '../errors/drowse-error.ts'
import type { Store } from './types.ts'

/** The right to publish the release of one number, in a store that others may write to as well. */
export interface Claim {
  readonly turn: number
  /** Throws `store-failed` once others may think that this publisher has died. Asked before each put and removal. */
  check(): void
  /** Aborted then, so that what is on its way is not tried again. */
  readonly until: AbortSignal
  /** Nothing is renewed any more. The claim itself stays, so that nobody can publish this number again. */
  end(): void
  /** Gives the number back: nothing was released under it. */
  drop(): Promise<void>
}

/** Bytes by their hash. */
export type KeptBytes = ReadonlyMap<string, Uint8Array>

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
  /** Whether to wait and see if a claim is a dead publisher’s. */
  readonly waits: boolean
  /** Told the keys that a dead publisher may have changed. */
  readonly onLeftover: (keys: readonly string[]) => void
}

/** What a claim says. */
export interface ClaimContent {
  /** The keys that will be put: whoever takes over from a dead publisher mends them. */
  readonly keys: readonly string[]
  /** What is about to be replaced, where that is little. It is kept here for a rollback, which saves a copy for each. */
  readonly kept: KeptBytes
}

export const CLAIM_TIMES: ClaimTimes = { beatMs: 5_000, staleMs: 15_000, pollMs: 250 }
export const CLAIMS_PREFIX = 'claims/'

const body = v.object({
  publisher: v.string(),
  beat: v.string(),
  keys: v.array(v.string()),
  kept: v.record(v.string(), v.string()),
})
type Body = v.InferOutput<typeof body>
const INFO = { contentType: 'application/json', cache: 'page' } as const

/** `claims/000124-1.json`; the second number counts the takeovers. */
export function claimKey(number: number, turn: number): string {
  return `${CLAIMS_PREFIX}${String(number).padStart(6, '0')}-${turn}.json`
}

/**
 * Claims a release before anything of it is put, so that two publishers never mix theirs. The claim of a dead one is taken over: at once if it
 * was this publisher’s own, else when it has not been renewed for `staleMs`. Rejects with `store-failed` if the release is out already or
 * somebody alive is at it. Clocks are not compared: each side measures with its own how long nothing happened.
 */
export async function claimRelease(parts: ClaimParts, number: number, content: ClaimContent): Promise<Claim> {
  for (let turn = 1; ; ) {
    const claim = await createClaim(parts, number, turn, content)
    if (claim !== null) return claim
    if (await parts.isReleased(number)) throw outrun(number)
    const other = await readClaim(parts.store, claimKey(number, turn))
    // Given back meanwhile.
    if (other === null) continue
    if (other.publisher !== parts.publisher) {
      if (!parts.waits) throw busy(number)
      if (!(await staysSilent(parts, number, turn, other.beat))) continue
    }
    parts.onLeftover(other.keys)
    turn++
  }
}

/** What was kept in the claims of a release, all turns of it. */
export async function readKept(store: Store, number: number): Promise<KeptBytes> {
  const kept = new Map<string, Uint8Array>()
  for (let turn = 1; ; turn++) {
    const claim = await readClaim(store, claimKey(number, turn))
    if (claim === null) return kept
    for (const [hash, packed] of Object.entries(claim.kept)) kept.set(hash, gunzipSync(Buffer.from(packed, 'base64')))
  }
}

async function createClaim(parts: ClaimParts, number: number, turn: number, content: ClaimContent): Promise<Claim | null> {
  const { store, times, publisher } = parts
  const key = claimKey(number, turn)
  const kept = Object.fromEntries([...content.kept].map(([hash, bytes]) => [hash, gzipSync(bytes).toString('base64')] as const))
  // `beat` differs each time, which is how others see that the claim was renewed.
  const encode = () =>
    new TextEncoder().encode(JSON.stringify({ publisher, beat: randomUUID(), keys: [...content.keys], kept } satisfies Body))
  const lapsed = new AbortController()
  const lapse = setTimeout(() => lapsed.abort(), times.staleMs * (2 / 3))
  lapse.unref()
  let renewedAt = performance.now()
  if (!(await store.put(key, encode(), INFO, 'createOnly'))) {
    clearTimeout(lapse)
    return null
  }
  let renewal: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    const start = performance.now()
    renewal = store.put(key, encode(), INFO).then(
      () => {
        renewedAt = start
        lapse.refresh()
      },
      // `check` sees that the claim grows old.
      () => undefined,
    )
  }, times.beatMs)
  timer.unref()
  const check = () => {
    // Some time is left for the put that is made next.
    if (performance.now() - renewedAt < times.staleMs * (2 / 3)) return
    throw new DrowseError('store-failed', 'Publishing took so long to get through to the store that others may go on instead.', {
      hint: 'Publishing is tried again. If this comes back, the store or the way to it is too slow.',
    })
  }
  const end = () => {
    clearInterval(timer)
    clearTimeout(lapse)
  }
  return {
    turn,
    check,
    until: lapsed.signal,
    end,
    async drop() {
      end()
      await renewal
      check()
      await store.remove([key], lapsed.signal)
    },
  }
}

/** Whether a claim was not renewed for `staleMs`; false when it was given back. Rejects when somebody is at it, or the release is out. */
async function staysSilent(
  { store, times, isReleased }: ClaimParts,
  number: number,
  turn: number,
  beat: string,
): Promise<boolean> {
  const start = performance.now()
  while (performance.now() - start < times.staleMs) {
    await sleep(times.pollMs * (0.5 + Math.random()))
    if (await isReleased(number)) throw outrun(number)
    const now = await readClaim(store, claimKey(number, turn))
    if (now === null) return false
    if (now.beat !== beat) throw busy(number)
  }
  return true
}

function busy(number: number): DrowseError {
  return new DrowseError('store-failed', `Another publisher is about to publish release ${number}.`, {
    hint: 'Publishing is tried again when it has finished.',
    details: { isOthers: true },
  })
}

function outrun(number: number): DrowseError {
  return new DrowseError('store-failed', `Another publisher has published release ${number} first.`, {
    hint: 'Publishing is tried again on top of it. If this comes back, two gateways publish to one store.',
    details: { isOthers: true },
  })
}

/** Whether a claim could not be had because somebody else has it or was first. */
export function isOthers(error: unknown): boolean {
  return error instanceof DrowseError && error.details.isOthers === true
}

async function readClaim(store: Store, key: string): Promise<Body | null> {
  const bytes = await store.get(key)
  if (bytes === null) return null
  try {
    return v.parse(body, JSON.parse(new TextDecoder().decode(bytes)))
  } catch (cause) {
    throw new DrowseError('store-failed', `The claim “${key}” is damaged.`, { hint: 'Remove it from the store.', cause })
  }
}
