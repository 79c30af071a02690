import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, it, vi } from 'vitest'
import { createSiteHouse, type SiteHouse } from '../../src/cli/site-house.ts'
import { systemClock } from '../../src/dispatch/system-clock.ts'

const KEEP_OPEN_MS = 20
let house: SiteHouse<ReturnType<typeof site>> | undefined
afterEach(() => house?.close())

function site(log: string[], name: string, quietUntil: () => number | null) {
  return { name, quietUntil, close: async () => void log.push(`close ${name}`) }
}

function build({ quietUntil = (): number | null => Number.POSITIVE_INFINITY, failures = 0, slowClose = 0 } = {}) {
  const log: string[] = []
  const faults: string[] = []
  let open = 0
  let left = failures
  house = createSiteHouse({
    clock: systemClock(),
    keepOpenMs: KEEP_OPEN_MS,
    onFault: (name, { message }) => void faults.push(`${name}: ${message}`),
    async open(name) {
      if (left-- > 0) throw new Error('busy')
      open += 1
      expect(open).toBe(1)
      log.push(`open ${name}`)
      const made = site(log, name, quietUntil)
      return {
        ...made,
        async close() {
          await sleep(slowClose)
          await made.close()
          open -= 1
        },
      }
    },
  })
  return { house, log, faults }
}

it('opens a site once for all who come at once, and closes it when nobody has come for a while', async () => {
  const { house, log } = build()
  const names = await Promise.all(Array.from({ length: 20 }, () => house.use('a', ({ name }) => name)))
  expect(new Set(names)).toEqual(new Set(['a']))
  expect(log).toEqual(['open a'])
  await vi.waitFor(() => expect(log).toEqual(['open a', 'close a']))
  expect(house.counts).toEqual({ open: 0, alarms: 0 })
})

it('keeps a site open while it is used, or says that it must be', async () => {
  let quiet: number | null = null
  const { house, log } = build({ quietUntil: () => quiet })
  await house.use('a', () => sleep(5 * KEEP_OPEN_MS))
  await sleep(5 * KEEP_OPEN_MS)
  expect(log).toEqual(['open a'])
  quiet = Number.POSITIVE_INFINITY
  await vi.waitFor(() => expect(log).toEqual(['open a', 'close a']))
})

it('closes a site at once after a visit, unless somebody else uses it', async () => {
  const { house, log } = build()
  await house.visit('a', () => undefined)
  expect(log).toEqual(['open a', 'close a'])
  const used = house.use('a', () => sleep(5 * KEEP_OPEN_MS))
  await house.visit('a', () => undefined)
  expect(log).toEqual(['open a', 'close a', 'open a'])
  await used
})

it('opens a site again that comes back while it is being closed, and not before it is closed', async () => {
  const { house, log } = build({ slowClose: 50 })
  await house.use('a', () => undefined)
  await vi.waitFor(() => expect(house.counts.open).toBe(0))
  await house.use('a', () => undefined)
  expect(log).toEqual(['open a', 'close a', 'open a'])
})

it('opens a closed site by itself when its time has come', async () => {
  // Late enough that the alarm is seen before it rings, on a busy computer too.
  let dueAt = Date.now() + 1500
  const { house, log } = build({ quietUntil: () => dueAt })
  await house.use('a', () => undefined)
  await vi.waitFor(() => expect(house.counts).toEqual({ open: 0, alarms: 1 }))
  dueAt = Number.POSITIVE_INFINITY
  await vi.waitFor(() => expect(log.slice(0, 3)).toEqual(['open a', 'close a', 'open a']), { timeout: 20_000 })
  await vi.waitFor(() => expect(house.counts).toEqual({ open: 0, alarms: 0 }))
})

it('tells whoever comes why a site can’t be opened, and tries again for the next', async () => {
  const { house } = build({ failures: 1 })
  await expect(house.use('a', () => undefined)).rejects.toThrow('busy')
  expect(await house.use('a', ({ name }) => name)).toBe('a')
})

it('closes all at its end, and opens nothing afterwards', async () => {
  const { house, log } = build({ quietUntil: () => null })
  await house.use('a', () => undefined)
  await house.close()
  expect(log).toEqual(['open a', 'close a'])
  await expect(house.use('a', () => undefined)).rejects.toThrow()
})
