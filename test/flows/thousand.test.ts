import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { commentsOf, evidence, expectWhole, machineRuns } from './audit.ts'
import { guestsOf, stateOf } from './processes.ts'
import { startProduct, workplace } from './product.ts'
import { allCommentTexts, postForm } from './visitor.ts'

it('takes a thousand comments at once to a sleeping site in one wake, each once and in the order of acceptance', async () => {
  const place = workplace()
  onTestFinished(place.clear)
  appendFileSync(join(place.siteDir, 'site.yaml'), '\ngateway: { writesPerHour: unlimited }\n')
  const product = await startProduct(place)
  onTestFinished(() => product.kill())
  await expect.poll(() => guestsOf(place.dataDir).map(stateOf)).toEqual(['T'])
  // A run is recorded once the machine sleeps: the one that took the folder over.
  const runs = () => machineRuns(place.dataDir)
  await expect.poll(runs).toMatchObject([{ from: 'off' }])

  const texts = Array.from({ length: 1000 }, (_, index) => `Comment ${index}`)
  const answers = await Promise.all(texts.map((text) => postForm(product.url, { text, key: text.replace(' ', '-') })))

  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([303]))
  expect(new Set(answers.map(({ headers }) => headers.get('location')?.split('#')[1])).size).toBe(1000)
  await expect.poll(() => guestsOf(place.dataDir).map(stateOf)).toEqual(['T'])
  await expect.poll(runs).toMatchObject([{ from: 'off' }, { from: 'paused', writes: 1000 }])
  const shown = await allCommentTexts(product.url, '/posts/first/')
  expect(shown.toSorted()).toEqual(texts.toSorted())
  await product.stop()
  const accepted = commentsOf(await evidence(place.dataDir))
  expect(shown).toEqual(accepted)
  await expectWhole(place, accepted)
})
