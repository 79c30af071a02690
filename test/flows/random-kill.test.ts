import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { commentsOf, evidence, expectWhole } from './audit.ts'
import { guestsOf } from './processes.ts'
import { startProduct, workplace } from './product.ts'
import { allCommentTexts, postForm, untilAnswered } from './visitor.ts'

const CLIENTS = 24
const LASTING_MS = 25_000
const PAGES = ['/posts/first/', '/posts/second/', '/posts/third/']

it('keeps every acknowledged comment once and in order, whenever gateway or guest are killed under load', async () => {
  const place = workplace()
  onTestFinished(place.clear)
  let gateway = await startProduct(place)
  onTestFinished(() => gateway.kill())
  const acknowledged: string[] = []
  const kills = { gateway: 0, guest: 0 }
  const endsAt = Date.now() + LASTING_MS

  async function visit(client: number): Promise<void> {
    for (let nth = 0; Date.now() < endsAt; nth++) {
      const text = `Visitor ${client} says ${nth}`
      const page = PAGES[(client + nth) % PAGES.length] ?? '/'
      const response = await untilAnswered(() => postForm(gateway.url, { page, text, key: text.replaceAll(' ', '-') }), 60_000)
      expect([202, 303]).toContain(response.status)
      acknowledged.push(text)
      await sleep(Math.random() * 50)
    }
  }

  async function kill(): Promise<void> {
    while (Date.now() < endsAt) {
      // Most of the time in the middle of the work, now and then while all is only about to begin.
      const before = acknowledged.length
      const patienceMs = Math.random() < 0.8 ? 5000 : 0
      await until(() => acknowledged.length > before, patienceMs)
      await sleep(Math.random() * 300)
      if (Math.random() < 0.5) {
        await gateway.kill()
        kills.gateway++
        gateway = await startProduct(place)
      } else {
        for (const pid of guestsOf(place.dataDir)) kills.guest += Number(process.kill(pid, 'SIGKILL'))
      }
    }
  }

  await Promise.all([kill(), ...Array.from({ length: CLIENTS }, (_, client) => visit(client))])
  const shown = (await Promise.all(PAGES.map((page) => allCommentTexts(gateway.url, page)))).flat()
  expect(await gateway.stop()).toBe(0)
  expect(guestsOf(place.dataDir)).toEqual([])
  const accepted = commentsOf(await evidence(place.dataDir))
  process.stdout.write(`${acknowledged.length} comments acknowledged; killed: ${kills.gateway} gateways, ${kills.guest} guests\n`)
  expect(shown.toSorted()).toEqual(acknowledged.toSorted())
  expect(accepted.toSorted()).toEqual(acknowledged.toSorted())
  await expectWhole(place, accepted)
}, 180_000)

async function until(isSo: () => boolean, patienceMs: number): Promise<void> {
  for (const endsAt = Date.now() + patienceMs; !isSo() && Date.now() < endsAt; ) await sleep(2)
}
