import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createAllowance } from '../../src/gateway/allowance.ts'

const HOUR_MS = 3_600_000

test('Of ten an hour five may be had at once, and then one every twelve minutes', () => {
  let now = 0
  const allowance = createAllowance({ most: 10, windowMs: HOUR_MS, now: () => now })
  for (let taken = 0; taken < 5; taken++) {
    expect(allowance.waitMs('a')).toBe(0)
    allowance.take('a')
  }

  expect(allowance.waitMs('a')).toBe(HOUR_MS / 5)
  expect(allowance.strain('a')).toBe(1)
  now += HOUR_MS / 5
  expect(allowance.waitMs('a')).toBe(0)
})

test('In no hour more are had than may be, whenever they are asked for', () => {
  const pauses = fc.array(fc.integer({ min: 0, max: HOUR_MS / 4 }), { maxLength: 200 })
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 40 }), pauses, (most, all) => {
      let now = 0
      const had: number[] = []
      const allowance = createAllowance({ most, windowMs: HOUR_MS, now: () => now })
      for (const pauseMs of all) {
        now += pauseMs
        // Whatever may be had now is taken.
        while (allowance.waitMs('a') === 0) {
          allowance.take('a')
          had.push(now)
        }
      }
      for (const from of had) {
        const within = had.filter((at) => at >= from && at < from + HOUR_MS).length
        if (within > most) return false
      }
      return true
    }),
  )
})

test('Keys don’t take from each other, and no more are remembered than were asked for: the ones used longest ago are forgotten', () => {
  const allowance = createAllowance({ most: 2, windowMs: HOUR_MS, keys: 2, now: () => 0 })
  allowance.take('a')
  allowance.take('b')
  expect([allowance.waitMs('a') > 0, allowance.waitMs('c')]).toEqual([true, 0])

  allowance.take('c')

  expect([allowance.waitMs('a'), allowance.waitMs('b') > 0, allowance.waitMs('c') > 0]).toEqual([0, true, true])
})
