import { describe, expect, it } from 'vitest'
import { bootId } from '../../src/meter/boot-id.ts'
import { wakeShare } from '../../src/meter/share.ts'

describe('the wake share', () => {
  it('is wake and suspend divided by the whole time', () => {
    const wake = [
      { name: 'continue', ns: 20 },
      { name: 'ready', ns: 180 },
    ]
    expect(wakeShare({ wake, suspend: [{ name: 'stop', ns: 300 }], wholeNs: 5000 })).toBe(0.1)
  })

  it('is 0 for a run that took no time', () => {
    expect(wakeShare({ wake: [], suspend: [], wholeNs: 0 })).toBe(0)
  })

  it('is never more than 1, whatever the clock’s grain', () => {
    expect(wakeShare({ wake: [{ name: 'boot', ns: 11 }], suspend: [], wholeNs: 10 })).toBe(1)
  })
})

describe('the boot id', () => {
  it('is the same for all of a boot', () => {
    expect(bootId()).toBe(bootId())
  })
})
