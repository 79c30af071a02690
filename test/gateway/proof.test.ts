import { afterEach, expect, test } from 'vitest'
import { createProofs } from '../../src/gateway/proof.ts'
import type { Fields } from '../../src/gateway/types.ts'
import { type Fixture, fixture, form, json, noteForm } from './fixture.ts'
import { challengeIn, decoded, encoded, solved } from './solved.ts'

const open: Fixture[] = []
afterEach(() => {
  for (const one of open.splice(0)) one.close()
})

async function challengeOf(proofs: ReturnType<typeof createProofs>): Promise<string> {
  return String((await proofs.challenge()).details.challenge)
}

test('A solved challenge is good once, also of many at the same time', async () => {
  const proofs = createProofs()
  const fields = await solved(await challengeOf(proofs))

  const answers = await Promise.all(Array.from({ length: 20 }, () => proofs.check(fields)))

  expect(answers.filter((good) => good)).toHaveLength(1)
  expect(await proofs.check(fields)).toBe(false)
})

test('Without a solution a challenge is good after twenty seconds, once, and no more after an hour', async () => {
  let now = Date.now()
  const proofs = createProofs(() => now)
  const [one, other] = [await challengeOf(proofs), await challengeOf(proofs)]
  expect(await proofs.check({ 'altcha-challenge': one, 'altcha-solution': '' })).toBe(false)

  now += 20_000
  expect(await proofs.check({ 'altcha-challenge': one, 'altcha-solution': '' })).toBe(true)
  expect(await proofs.check({ 'altcha-challenge': one, 'altcha-solution': '' })).toBe(false)
  now += 3_600_000
  expect(await proofs.check({ 'altcha-challenge': other })).toBe(false)
})

test('What another gateway made, or somebody made easier or older, is good for nothing', async () => {
  const proofs = createProofs()
  const challenge = await challengeOf(proofs)
  const { parameters, signature } = decoded(challenge)
  const changed = (changes: object) => encoded({ parameters: { ...parameters, ...changes }, signature })

  expect(await proofs.check(await solved(await challengeOf(createProofs())))).toBe(false)
  expect(await proofs.check(await solved(changed({ cost: 1 })))).toBe(false)
  expect(await proofs.check({ 'altcha-challenge': changed({ data: { at: 0 } }) })).toBe(false)
  for (const value of ['', 'x', encoded(null), encoded({ parameters })])
    expect(await proofs.check({ 'altcha-challenge': value, 'altcha-solution': value })).toBe(false)
  // And none of this has used up the real one.
  expect(await proofs.check(await solved(challenge))).toBe(true)
})

test('A wrong solution uses its challenge up', async () => {
  const proofs = createProofs()
  const fields = await solved(await challengeOf(proofs))
  const wrong = { ...fields, 'altcha-solution': encoded({ counter: 1, derivedKey: '00'.repeat(32) }) }

  expect(await proofs.check(wrong)).toBe(false)
  expect(await proofs.check(fields)).toBe(false)
})

test('A visitor is asked for one only where half of what a site takes is gone; then the form, filled as it was, carries it', async () => {
  const site = fixture({ limits: { writesPerHour: 8, writesPerNetwork: null } })
  open.push(site)
  const send = (fields: Fields) => Promise.resolve(site.app.request('/-/note.create', form({ page: '/posts/hello/', ...fields })))
  for (const text of ['one', 'two']) expect((await send({ text })).status).toBe(303)

  const asked = await send({ text: 'three "quoted"' })

  expect(asked.status).toBe(429)
  expect(asked.headers.get('Retry-After')).toBe('20')
  expect(asked.headers.get('Content-Security-Policy')).toContain("script-src 'self'")
  const page = await asked.text()
  expect(page).toContain('One moment')
  expect(page).toContain('three &quot;quoted&quot;</textarea>')
  const challenge = challengeIn(page)
  const proof = await solved(challenge)
  expect((await send({ text: 'three "quoted"', ...proof })).status).toBe(303)
  expect((await send({ text: 'four', ...proof })).status).toBe(429)
  expect(site.journal.claim('blog', 10)?.writes.map(({ payload }) => Object(payload).text)).toEqual([
    'one',
    'two',
    'three "quoted"',
  ])
})

test('A form that no page can send again, such as a mail program’s, is asked for none', async () => {
  const { html: _html, ...bare } = noteForm
  const site = fixture({ limits: { writesPerHour: 4, writesPerNetwork: null }, forms: [bare] })
  open.push(site)
  for (const text of ['one', 'two'])
    expect((await site.app.request('/-/note.create', form({ page: '/posts/hello/', text }))).status).toBe(303)
})

test('Nothing else has a script, and programs are told to come later', async () => {
  const site = fixture({ limits: { writesPerHour: 4, writesPerNetwork: null } })
  open.push(site)
  const refused = await site.app.request('/-/note.create', form({ page: '/posts/hello/', text: '' }))
  expect(refused.headers.get('Content-Security-Policy')).not.toContain('script-src')
  await site.app.request('/-/note.create', form({ page: '/posts/hello/', text: 'one' }))

  const later = await site.app.request('/-/note.create', json({ page: '/posts/hello/', text: 'two' }))

  expect(later.status).toBe(429)
  expect(later.headers.get('Retry-After')).toBe('60')
  expect(await later.json()).toMatchObject({ error: { code: 'too-many-writes' } })
})
