import { describe, expect, it } from 'vitest'
import { retryDelayMs } from '../../src/dispatch/backoff.ts'

describe('retryDelayMs', () => {
  it('tries again at once, then waits twice as long each time, up to the cap', () => {
    expect([1, 2, 3, 4, 5, 6, 1000].map((failures) => retryDelayMs(failures, 250, 1000, 0))).toEqual([
      0, 250, 500, 1000, 1000, 1000, 1000,
    ])
  })

  it('shortens the wait by up to half', () => {
    expect(retryDelayMs(3, 250, 60_000, 1)).toBe(250)
  })
})
