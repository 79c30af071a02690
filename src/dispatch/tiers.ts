import type { MachineDriver, Tier } from '../machines/types.ts'

/** How long a machine sleeps at a tier before it sinks to the next, paused → saved → off; null: for ever, 0: never. */
export interface IdlePolicy {
  readonly keepPausedMs: number | null
  readonly keepSavedMs: number | null
}

type Capabilities = MachineDriver['capabilities']

/** How a machine of these capabilities sleeps after its work. */
export function firstTier({ keepPausedMs, keepSavedMs }: IdlePolicy, { pause, save }: Capabilities): Tier {
  if (pause && keepPausedMs !== 0) return 'paused'
  return save && keepSavedMs !== 0 ? 'saved' : 'off'
}

/** Where a machine that sleeps at `tier` sinks to, and when; null where it stays. */
export function nextTier(
  tier: Tier,
  { keepPausedMs, keepSavedMs }: IdlePolicy,
  { save }: Capabilities,
): { readonly tier: Tier; readonly afterMs: number } | null {
  if (tier === 'paused' && keepPausedMs !== null)
    return { tier: belowPaused({ keepPausedMs, keepSavedMs }, { save }), afterMs: keepPausedMs }
  return tier === 'saved' && keepSavedMs !== null ? { tier: 'off', afterMs: keepSavedMs } : null
}

/** Where a machine goes that may not hold its memory any longer. */
export function belowPaused({ keepSavedMs }: IdlePolicy, { save }: Pick<Capabilities, 'save'>): Tier {
  return save && keepSavedMs !== 0 ? 'saved' : 'off'
}

const DEPTH = { paused: 1, saved: 2, off: 3 } as const

/** Whether a machine that sleeps at `tier` sleeps less deeply than at `than`. */
export function isAbove(tier: Tier, than: Tier): boolean {
  return DEPTH[tier] < DEPTH[than]
}
