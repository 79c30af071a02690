import { expect, it } from 'vitest'
import { firstTier, nextTier } from '../../src/dispatch/tiers.ts'

const all = { pause: true, save: true, clockSurvives: true, isolates: true }
const noSave = { ...all, save: false }

it.each([
  [all, null, null, ['paused', null, null]],
  [all, 10, 20, ['paused', { tier: 'saved', afterMs: 10 }, { tier: 'off', afterMs: 20 }]],
  [all, 10, 0, ['paused', { tier: 'off', afterMs: 10 }, { tier: 'off', afterMs: 0 }]],
  [all, 0, null, ['saved', { tier: 'saved', afterMs: 0 }, null]],
  [noSave, 10, null, ['paused', { tier: 'off', afterMs: 10 }, null]],
  [noSave, 0, null, ['off', { tier: 'off', afterMs: 0 }, null]],
] as const)('a machine sinks as its policy and its driver have it (%#)', (capabilities, keepPausedMs, keepSavedMs, expected) => {
  const policy = { keepPausedMs, keepSavedMs }
  expect([
    firstTier(policy, capabilities),
    nextTier('paused', policy, capabilities),
    nextTier('saved', policy, capabilities),
  ]).toEqual(expected)
  expect(nextTier('off', policy, capabilities)).toBeNull()
})
