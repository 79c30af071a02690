import { execFile } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'
import { machineRuns } from './audit.ts'
import { guestsOf, stateOf } from './processes.ts'
import { startProduct, workplace } from './product.ts'
import { postForm } from './visitor.ts'

const DROWSE = fileURLToPath(new URL('../../src/cli/drowse.js', import.meta.url))

it('tells, beside a running gateway, what its machine did and what that costs; and frees a run', async () => {
  const place = workplace()
  onTestFinished(place.clear)
  const prices = '{ version: v1, currency: EUR, awakeHour: 36, memoryGbHour: 1 }'
  appendFileSync(join(place.siteDir, 'site.yaml'), `\nmachine: { keepPausedFor: 2s, prices: ${prices} }\n`)
  const drowse = async (...args: readonly string[]) => {
    const { stdout } = await promisify(execFile)(process.execPath, [DROWSE, ...args, place.siteDir, '--data', place.dataDir])
    return stdout
  }
  const product = await startProduct(place)
  onTestFinished(() => product.kill())
  await postForm(product.url, { text: 'First', key: 'first' })
  await expect
    .poll(() => machineRuns(place.dataDir).map(({ to }) => to), { timeout: 15_000 })
    .toEqual(['paused', 'paused', 'off'])
  await postForm(product.url, { text: 'Second', key: 'second' })
  // Until it has sunk again, after which nothing more happens.
  const sunk = ['paused', 'paused', 'off', 'paused', 'off']
  await expect.poll(() => machineRuns(place.dataDir).map(({ to }) => to), { timeout: 15_000 }).toEqual(sunk)

  const runs = machineRuns(place.dataDir)
  expect(runs.slice(1, 4)).toMatchObject([
    { from: 'paused', writes: 1, prices: { version: 'v1' } },
    { from: 'paused', to: 'off', reason: 'idle', writes: 0 },
    { from: 'off', writes: 1 },
  ])
  if (process.platform === 'linux') expect(runs[1]?.cpuNs).toBeGreaterThan(0)

  const tiers = (await drowse('phases', '--json'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(tiers).toMatchObject([{ from: 'off' }, { from: 'paused', runs: 1, writes: 1 }])
  expect(await drowse('phases')).toMatch(/woken from paused: 1 run, 1 write\n.*p50.*\n(.*\n)*.*wake share/)

  const month = new Date(runs[0]?.startedAt ?? '').toISOString().slice(0, 7)
  const bill = JSON.parse(await drowse('bill', '--month', month, '--json'))
  const awakeNs = runs.reduce((sum, { startedNs, endedNs }) => sum + Number(endedNs - startedNs), 0)
  expect(bill).toMatchObject({ month, writes: 3, freeRuns: 0, awakeNs })
  expect(bill.lines[0].amount).toBeCloseTo((awakeNs * 36) / 3.6e12 + bill.heldByteNs / 1e9 / 3.6e12, 9)
  expect(bill.lines[0].amount).toBeLessThan(bill.alwaysOn.amount)

  await drowse('bill', '--free', '2', '--why', 'the first is on us')
  expect(JSON.parse(await drowse('bill', '--month', month, '--json'))).toMatchObject({ freeRuns: 1 })
  const [head, ...rows] = (await drowse('bill', '--csv', '--month', month)).trim().split('\r\n')
  expect(head).toMatch(/^run,started_at,from,to,reason,writes,awake_ns/)
  expect(rows).toHaveLength(runs.length)
  expect(rows[1]).toMatch(/,0,the first is on us$/)
  await expect(drowse('bill', '--free', '2')).rejects.toMatchObject({ stderr: expect.stringContaining('run-unknown') })
})

it('lets its owner see the machine of a running site, wake it and turn it off', async () => {
  const place = workplace()
  onTestFinished(place.clear)
  const run = promisify(execFile)
  const token = JSON.parse(
    (await run(process.execPath, [DROWSE, 'token', place.siteDir, '--data', place.dataDir, '--json'])).stdout,
  ).token
  const product = await startProduct(place)
  onTestFinished(() => product.kill())
  const drowse = async (...args: readonly string[]) =>
    JSON.parse(
      (await run(process.execPath, [DROWSE, args[0] ?? '', '--token', token, ...args.slice(1), '--to', product.url, '--json']))
        .stdout,
    )

  await expect.poll(() => drowse('machines'), { timeout: 10_000 }).toMatchObject({ driver: 'process', state: 'paused' })
  expect(await drowse('stop')).toMatchObject({ state: 'off' })
  expect(guestsOf(place.dataDir)).toEqual([])
  expect(await drowse('wake')).toMatchObject({ state: 'paused' })
  expect(guestsOf(place.dataDir).map(stateOf)).toEqual(['T'])
  await expect(drowse('suspend')).rejects.toMatchObject({ stdout: expect.stringContaining('process driver') })
  await expect(drowse('stop', '--token', 'wrong')).rejects.toMatchObject({ stdout: expect.stringContaining('token-refused') })
  expect((await postForm(product.url, { text: 'Awake?', key: 'awake' })).status).toBe(303)
})
