import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Tier } from '../../../src/machines/types.ts'
import { machineRuns } from '../../flows/audit.ts'
import { drowse, type Product, startGateway, startProduct, type Workplace, workplace } from '../../flows/product.ts'
import { commentTexts, getText, postForm } from '../../flows/visitor.ts'
import { bootLab, type RunningLab } from './boot.ts'
import { buildLab } from './build.ts'
import { CACHE, IMAGES, LAB, requirePrograms } from './lab.ts'

const TIERED = new URL('tiered-gateway.ts', import.meta.url).pathname

let run: string
let lab: RunningLab

beforeAll(async () => {
  requirePrograms()
  process.env.XDG_CACHE_HOME = CACHE
  const packages = join(CACHE, 'drowse', 'images', 'packages')
  if (existsSync(join(IMAGES, 'packages'))) cpSync(join(IMAGES, 'packages'), packages, { recursive: true })
  mkdirSync(packages, { recursive: true })
  const { code, stderr } = await drowse(['image', 'build'])
  expect(stderr).toBe('')
  expect(code).toBe(0)
  run = mkdtempSync(join(tmpdir(), 'drowse-xen-'))
  lab = await bootLab(await buildLab(LAB), run)
  process.env.DROWSE_SSH_CONFIG = lab.sshConfig
})
afterAll(async () => {
  await lab?.stop()
  rmSync(run, { recursive: true, force: true })
})

/** A site whose machine is on the lab. */
function onXen(): Workplace {
  const place = workplace()
  appendFileSync(join(place.siteDir, 'site.yaml'), 'machine: {driver: xen, host: dom0, memoryMb: 256}\n')
  return place
}

const domainOf = ({ dataDir }: Workplace): string =>
  JSON.parse(readFileSync(join(dataDir, 'machines', 'site', 'xen.json'), 'utf8')).domain

/** What `xl list` says of a domain: `--p---` for one that is paused; null where there is none. */
async function stateOf(place: Workplace): Promise<string | null> {
  const lines = (await lab.run('xl list')).split('\n').map((line) => line.split(/\s+/))
  return lines.find(([name]) => name === domainOf(place))?.[4] ?? null
}

const textsOf = async (product: Product) => commentTexts(await getText(product.url, '/posts/first/'))
/** A write that finds the machine off may be answered before it is applied. */
const patience = { timeout: 240_000, interval: 500 }

describe('a site whose machine is a domain of Xen', () => {
  const place = onXen()
  let product: Product

  beforeAll(async () => {
    product = await startProduct(place)
  })
  afterAll(async () => {
    await product?.kill()
    place.clear()
  })

  it('leads a visitor to the fresh page with their comment, and its domain is paused again', async () => {
    await expect.poll(() => stateOf(place), patience).toMatch(/p/)
    const before = product.batches().length
    const response = await postForm(product.url, { text: 'I was here.' })
    expect(response.status).toBe(303)
    const page = await getText(product.url, response.headers.get('location') ?? '')
    expect(commentTexts(page)).toEqual(['I was here.'])
    await expect.poll(() => product.batches().length, patience).toBe(before + 1)
    expect(product.batches().at(-1)).toMatchObject({ writes: 1, rendered: 1, changed: 1, from: 'paused' })
    expect(machineRuns(place.dataDir).at(-1)).toMatchObject({ from: 'paused', to: 'paused', reason: 'write', writes: 1 })
    expect(await stateOf(place)).toMatch(/p/)
  })

  it('keeps what was answered when its domain is destroyed right after', async () => {
    expect((await postForm(product.url, { text: 'And again.' })).status).toBe(303)
    await lab.run(`xl destroy ${domainOf(place)}`)
    expect((await postForm(product.url, { text: 'Still here.' })).status).toBeLessThan(400)
    await expect.poll(() => textsOf(product), patience).toEqual(['I was here.', 'And again.', 'Still here.'])
    await expect.poll(() => product.batches().at(-1)?.from, patience).toBe('off')
  })

  it('takes the next comment when the host’s agent was killed', async () => {
    await lab.run('kill -KILL $(pidof drowse-xen-agent)')
    expect((await postForm(product.url, { text: 'Without an agent.' })).status).toBeLessThan(400)
    await expect.poll(async () => (await textsOf(product)).at(-1), patience).toBe('Without an agent.')
  })

  it('keeps what was answered when its gateway is killed, and its domain goes with it', async () => {
    await product.kill()
    await expect.poll(() => stateOf(place), patience).toBe(null)
    product = await startProduct(place)
    expect((await postForm(product.url, { text: 'Another gateway.' })).status).toBeLessThan(400)
    await expect.poll(async () => (await textsOf(product)).length, patience).toBe(5)
  })

  it('keeps its writes when the host loses its power while it works, and when the host is back', async () => {
    const posted = postForm(product.url, { text: 'In the dark.' })
    await lab.stop()
    expect((await posted).status).toBeLessThan(400)
    lab = await bootLab(await buildLab(LAB), run)
    await expect.poll(async () => (await textsOf(product)).at(-1), patience).toBe('In the dark.')
    expect(await textsOf(product)).toHaveLength(6)
  })

  it('leaves no domain when it is stopped', async () => {
    expect(await product.stop()).toBe(0)
    expect(await stateOf(place)).toBe(null)
  })
})

describe('two sites on one host', () => {
  it('have a domain each, and keep their comments apart', async () => {
    const places = [onXen(), onXen()] as const
    const products = [await startProduct(places[0]), await startProduct(places[1])] as const
    await Promise.all(products.map((product, index) => postForm(product.url, { text: `For ${index}.` })))
    for (const [index, product] of products.entries())
      await expect.poll(() => textsOf(product), patience).toEqual([`For ${index}.`])
    expect(domainOf(places[0])).not.toBe(domainOf(places[1]))
    for (const product of products) await product.stop()
    for (const place of places) place.clear()
  })
})

describe.each(['saved', 'off'] as const)('a machine that sleeps %s', (tier: Tier) => {
  it('is woken from there by a comment, which its page shows, and sleeps there again', async () => {
    const place = onXen()
    const product = await startGateway([TIERED, place.siteDir, place.dataDir, tier])
    const folder = () => lab.run(`ls /var/lib/drowse/machines/${domainOf(place)}`)
    // Told of its first sync once it sleeps.
    await expect.poll(() => product.batches().length, patience).toBe(1)
    expect(await stateOf(place)).toBe(null)
    for (const text of ['First.', 'Second.']) {
      const before = product.batches().length
      expect((await postForm(product.url, { text })).status).toBeLessThan(400)
      await expect.poll(async () => (await textsOf(product)).at(-1), patience).toBe(text)
      await expect.poll(() => product.batches().length, patience).toBe(before + 1)
      expect(product.batches().at(-1)).toMatchObject({ from: tier, writes: 1 })
      expect(await stateOf(place)).toBe(null)
      expect((await folder()).includes('memory.tag')).toBe(tier === 'saved')
    }
    await product.stop()
    place.clear()
  })
})

describe('a host that can’t be used', () => {
  const start = async (place: Workplace, env: NodeJS.ProcessEnv = {}) =>
    await drowse(['start', place.siteDir, '--port', '0', '--data', place.dataDir], env)

  it('because its key is another is told in words', async () => {
    const place = onXen()
    const config = join(place.root, 'ssh-config')
    writeFileSync(
      config,
      readFileSync(lab.sshConfig, 'utf8').replace(/UserKnownHostsFile .*/, `UserKnownHostsFile ${place.root}/none`),
    )
    const { code, stderr } = await start(place, { DROWSE_SSH_CONFIG: config })
    expect(code).toBe(1)
    expect(stderr).toContain('ssh can’t reach dom0: ')
    expect(stderr).toContain('Host key verification failed')
    place.clear()
  })
})
