import { describe, expect, it, onTestFinished } from 'vitest'
import { expectWhole } from './audit.ts'
import { guestsOf } from './processes.ts'
import { drowse, workplace } from './product.ts'
import { type Probe, startMortal, sweepGateway, sweepGuest } from './sweep.ts'
import { allCommentTexts, getText, postForm, sendPost, untilAnswered } from './visitor.ts'

const comment = (): Probe => ({
  send: (urlNow, round) => untilAnswered(() => postForm(urlNow(), { text: `Round ${round}`, key: `round-${round}` })),
  async check(url, round) {
    const texts = await allCommentTexts(url, '/posts/first/')
    expect(texts).toEqual(Array.from({ length: round + 1 }, (_, index) => `Round ${index}`))
  },
})

/** A post that gets another tag each time: pages come, change and go. */
function post(token: string): Probe {
  const textOf = (round: number) => `---\ntitle: Moving\ndate: 2024-05-06\ntags: [round-${round}]\n---\n\nRound ${round}.\n`
  return {
    send: (urlNow, round) =>
      untilAnswered(() =>
        sendPost(urlNow(), token, { path: 'content/posts/moving.md', text: textOf(round), key: `round-${round}` }),
      ),
    async check(url, round) {
      expect(await getText(url, '/posts/moving/')).toContain(`Round ${round}.`)
      expect(await getText(url, `/tags/round-${round}/`)).toContain('Moving')
      expect((await fetch(`${url}/tags/round-${round - 1}/`)).status).toBe(404)
    },
  }
}

/** A sweep from its first kill to the audit. Returns the steps at which something died. */
async function proven(
  sweep: typeof sweepGateway,
  victim: 'gateway' | 'guest',
  probeOf: (token: string) => Probe,
  commentsOf: (rounds: number) => readonly string[],
): Promise<readonly string[]> {
  // Every round's write has the same steps: a page of comments that is full would put one more.
  const place = workplace('small', 'moderation: open, perPage: 100')
  onTestFinished(place.clear)
  const { stdout: token } = await drowse(['token', place.siteDir, '--data', place.dataDir])
  const victims = await startMortal(place)
  onTestFinished(() => victims.gateway.kill())
  const { steps, rounds } = await sweep(victims, place, probeOf(token.trim()), victim)
  expect(await victims.stop()).toBe(0)
  expect(guestsOf(place.dataDir)).toEqual([])
  await expectWhole(place, commentsOf(rounds))
  return steps
}

const everyRound = (rounds: number) => Array.from({ length: rounds + 1 }, (_, round) => `Round ${round}`)
const none = () => []

/** Of those that every write passes, in their order. */
const GATEWAY_STEPS = [
  'journal.accept',
  'journal.claim',
  'driver.wake',
  'link.exchange: apply is sent',
  'link.exchange: object has come',
  'link.exchange: applied has come',
  'journal.applied',
  'store.put site/',
  'store.put releases/',
  'the answer leaves',
  'journal.published',
  'link.exchange: acknowledge is sent',
  'link.exchange: acknowledged has come',
  'driver.suspend',
  'meter.record',
]
const GUEST_STEPS = [
  'wake has come',
  'wake is answered',
  'apply has come',
  'apply: before object is sent',
  'apply: before applied is sent',
]

/** Those of `expected` among the steps, each where it first came. */
function firstsOf(steps: readonly string[], expected: readonly string[]): readonly string[] {
  const known = steps.flatMap(
    (step) => expected.find((each) => (each.endsWith('/') ? step.startsWith(each) : step === each)) ?? [],
  )
  return [...new Set(known)]
}

describe.concurrent('a SIGKILL between every two steps of a write’s way', () => {
  it('of the gateway loses no comment and doubles none', async () => {
    expect(firstsOf(await proven(sweepGateway, 'gateway', comment, everyRound), GATEWAY_STEPS)).toEqual(GATEWAY_STEPS)
  }, 300_000)

  it('of the guest, at the gateway’s steps, loses no comment and doubles none', async () => {
    expect(firstsOf(await proven(sweepGateway, 'guest', comment, everyRound), GATEWAY_STEPS)).toEqual(GATEWAY_STEPS)
  }, 300_000)

  it('of the guest, at its own steps, loses no comment and doubles none', async () => {
    expect(firstsOf(await proven(sweepGuest, 'guest', comment, everyRound), GUEST_STEPS)).toEqual(GUEST_STEPS)
  }, 300_000)

  it('of the gateway, at the guest’s steps, loses no comment and doubles none', async () => {
    expect(firstsOf(await proven(sweepGuest, 'gateway', comment, everyRound), GUEST_STEPS)).toEqual(GUEST_STEPS)
  }, 300_000)

  it('of the gateway leaves no page of a post behind that was moved to another tag', async () => {
    expect(await proven(sweepGateway, 'gateway', post, none)).toContain('store.remove')
  }, 300_000)

  it('of the guest, at its own steps, leaves no page of a post behind that was moved to another tag', async () => {
    expect(firstsOf(await proven(sweepGuest, 'guest', post, none), GUEST_STEPS)).toEqual(GUEST_STEPS)
  }, 300_000)
})
