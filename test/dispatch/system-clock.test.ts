import { expect, it, vi } from 'vitest'
import { systemClock } from '../../src/dispatch/system-clock.ts'

it('waits for longer than a timer of Node’s can', async () => {
  vi.useFakeTimers()
  try {
    const days = 30 * 24 * 3_600_000
    const rung: string[] = []
    systemClock().after(days, () => rung.push('a month'))
    const cancel = systemClock().after(days, () => rung.push('never'))
    await vi.advanceTimersByTimeAsync(days - 1)
    expect(rung).toEqual([])
    cancel()
    await vi.advanceTimersByTimeAsync(1)
    expect(rung).toEqual(['a month'])
  } finally {
    vi.useRealTimers()
  }
})
