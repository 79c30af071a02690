import { afterEach, expect, test } from 'vitest'
import type { GatewayOptions, Hook } from '../../src/gateway/types.ts'
import { type Fixture, fixture, form, json } from './fixture.ts'
import { challengeIn, solved } from './solved.ts'

const open: Fixture[] = []
afterEach(() => {
  for (const one of open.splice(0)) one.close()
})

function gateway(options: Partial<GatewayOptions>): Fixture {
  const made = fixture({ trustedProxies: ['10.0.0.0/8'], ...options })
  open.push(made)
  return made
}

/** As it comes over a connection from `peer`. */
function send({ app }: Fixture, request: RequestInit, peer = '203.0.113.1', path = '/-/note.create'): Promise<Response> {
  return Promise.resolve(app.request(path, request, { incoming: { socket: { remoteAddress: peer } } }))
}

const note = (text: string, headers: Record<string, string> = {}) => form({ page: '/posts/hello/', text }, headers)

test('More than its share from one network is answered 429 with what was typed, and costs the journal nothing', async () => {
  const site = gateway({ limits: { writesPerHour: null, writesPerNetwork: 4 } })
  expect((await send(site, note('one'), '203.0.113.1')).status).toBe(303)
  expect((await send(site, note('two'), '203.0.113.2')).status).toBe(303)

  const refused = await send(site, note('Three <b>words</b>'), '203.0.113.3')

  expect(refused.status).toBe(429)
  expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(1000)
  const page = await refused.text()
  expect(page).toContain('Not sent yet')
  expect(page).toContain('Three &lt;b>words&lt;/b></textarea>')
  expect(site.notified).toHaveLength(2)
  expect(site.journal.claim('blog', 10)?.writes).toHaveLength(2)
  // Another network is another visitor.
  expect((await send(site, note('Three'), '198.51.100.3')).status).toBe(303)
})

test('A program is told the same as JSON', async () => {
  const site = gateway({ limits: { writesPerHour: 1, writesPerNetwork: null } })
  await send(site, note('one'))

  const refused = await send(site, json({ page: '/posts/hello/', text: 'two' }))

  expect(refused.status).toBe(429)
  expect(refused.headers.get('Retry-After')).toMatch(/^\d+$/)
  expect(await refused.json()).toMatchObject({ error: { code: 'too-many-writes' } })
})

test('The address that a trusted proxy names counts; one that a visitor made up does not', async () => {
  const site = gateway({ limits: { writesPerHour: null, writesPerNetwork: 2 } })
  const by = (address: string) => ({ 'X-Forwarded-For': address })
  expect((await send(site, note('one', by('198.51.100.1')), '10.0.0.1')).status).toBe(303)
  expect((await send(site, note('two', by('198.51.100.2')), '10.0.0.1')).status).toBe(429)
  expect((await send(site, note('two', by('192.0.2.2')), '10.0.0.1')).status).toBe(303)

  expect((await send(site, note('three', by('1.1.1.1')), '203.0.113.1')).status).toBe(303)
  expect((await send(site, note('four', by('2.2.2.2')), '203.0.113.1')).status).toBe(429)
})

test('What was accepted before is answered again, and is taken from nobody’s share', async () => {
  const site = gateway({ limits: { writesPerHour: 2, writesPerNetwork: 2 } })
  expect((await send(site, note('one'))).status).toBe(303)

  const again = await Promise.all(Array.from({ length: 20 }, () => send(site, note('one'))))

  expect(new Set(again.map(({ status }) => status))).toEqual(new Set([303]))
  expect((await send(site, note('two'))).status).toBe(429)
})

test('What is refused anyway, a form with a mistake or from a robot, is taken from nobody’s share', async () => {
  const site = gateway({ limits: { writesPerHour: 2, writesPerNetwork: 2 } })
  expect((await send(site, note(''))).status).toBe(422)
  expect((await send(site, form({ page: '/posts/hello/', text: 'spam', website: 'x' }))).status).toBe(303)
  expect((await send(site, form({ page: '/posts/nowhere/', text: 'lost' }))).status).toBe(404)

  expect((await send(site, note('one'))).status).toBe(303)
})

test('A thousand visitors’ writes may wait for the machine, and no more; the owner’s is taken all the same', {
  timeout: 60_000,
}, async () => {
  const site = gateway({})
  site.outcome = () => null
  const answers = await Promise.all(Array.from({ length: 1100 }, (_, index) => send(site, note(`Note ${index}`))))

  expect(answers.filter(({ status }) => status === 202)).toHaveLength(1000)
  const refused = answers.filter(({ status }) => status === 503)
  expect(refused).toHaveLength(100)
  expect(await refused[0]?.text()).toContain('Note 1')
  expect(refused[0]?.headers.get('Retry-After')).toBe('30')
  // A crowd is no fault.
  expect(site.faults).toEqual([])
  const owners = await send(site, json({ a: 1 }, { Authorization: `Bearer ${site.token}` }), undefined, '/-/thing.save')
  expect(owners.status).toBe(202)
  expect(site.journal.claim('blog', 500)?.writes.map(({ kind }) => kind)).toEqual(['thing.save'])
})

test('Where the budget of wakes is spent, a visitor who shows a proof is told at once that it is kept, and not after the deadline', async () => {
  const site = gateway({ deadlineMs: 5000 })
  site.outcome = () => null
  site.heldMs = 60_000
  const asked = await send(site, note('one'))
  expect(asked.status).toBe(429)
  const proof = await solved(challengeIn(await asked.text()))
  const waiting = await send(site, form({ page: '/posts/hello/', text: 'one', ...proof }))

  expect(waiting.status).toBe(202)
  expect(site.deadlines).toEqual([0])
  await send(site, json({ a: 1 }, { Authorization: `Bearer ${site.token}` }), undefined, '/-/thing.save')
  expect(site.deadlines).toEqual([0, 5000])
})

test('A hook says whose wake it is', async () => {
  const hook: Hook = {
    name: 'bank',
    maxBytes: 100,
    read: (_headers, raw) => {
      const text = new TextDecoder().decode(raw)
      return { kind: 'thing.save', payload: text, key: text, whose: text === 'paid' ? 'owner' : 'visitor' }
    },
  }
  const site = gateway({ hooks: [hook], limits: { writesPerHour: 1, writesPerNetwork: 1 } })
  for (const body of ['paid', 'expired', 'third']) {
    expect((await send(site, { method: 'POST', body }, undefined, '/-/hooks/bank')).status).toBe(200)
  }

  expect(site.notifiedFor).toEqual(['owner', 'visitor', 'visitor'])
})
