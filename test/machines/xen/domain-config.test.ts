import { describe, expect, it } from 'vitest'
import { domainConfig } from '../../../src/machines/drivers/xen/domain-config.ts'

const SHAPE = { type: 'pv', memoryMb: 256, imageDir: '/images/one', machineDir: '/machines/a', blockScript: '/block' } as const

describe('a domain’s configuration', () => {
  it('gives it no network and no display', () => {
    expect(domainConfig('drowse-a', SHAPE)).not.toMatch(/vif|vfb|vnc|sdl|usb|pci/)
  })

  it('gives it its image for reading only and its own disk', () => {
    const disks = domainConfig('drowse-a', SHAPE).match(/access=r[ow].*?target=[^"]+/g)
    expect(disks).toEqual([
      'access=ro,script=/block,target=/images/one/root.ext4',
      'access=rw,script=/block,target=/machines/a/data.ext4',
    ])
  })

  it('ends it whatever happens to it: nothing starts it again behind the driver’s back', () => {
    const events = [...domainConfig('drowse-a', SHAPE).matchAll(/^on_(\w+) = "(\w+)"$/gm)].map(([, event, what]) => [event, what])
    expect(events).toEqual(['poweroff', 'reboot', 'crash', 'watchdog'].map((event) => [event, 'destroy']))
  })
})
