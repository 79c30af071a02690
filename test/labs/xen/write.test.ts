import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { machineRuns } from '../../flows/audit.ts'
import { type Product, startProduct } from '../../flows/product.ts'
import { commentTexts, getText, postForm } from '../../flows/visitor.ts'
import { type OwnLab, productImage, startLab } from './lab.ts'
import { domainOf, folderOf, onXen, patience, stateOf, textsOf } from './site.ts'

let lab: OwnLab

beforeAll(async () => {
  lab = await startLab([await productImage()])
  // For the gateways, and as it is wherever it is booted again.
  process.env.DROWSE_SSH_CONFIG = lab.sshConfig
})
afterAll(async () => await lab?.clear())

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
    await expect.poll(() => stateOf(lab, place), patience).toMatch(/p/)
    const before = product.batches().length
    const response = await postForm(product.url, { text: 'I was here.' })
    expect(response.status).toBe(303)
    const page = await getText(product.url, response.headers.get('location') ?? '')
    expect(commentTexts(page)).toEqual(['I was here.'])
    await expect.poll(() => product.batches().length, patience).toBe(before + 1)
    expect(product.batches().at(-1)).toMatchObject({ writes: 1, rendered: 1, changed: 1, from: 'paused' })
    expect(machineRuns(place.dataDir).at(-1)).toMatchObject({ from: 'paused', to: 'paused', reason: 'write', writes: 1 })
    expect(await stateOf(lab, place)).toMatch(/p/)
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
    await expect.poll(() => stateOf(lab, place), patience).toBe(null)
    product = await startProduct(place)
    expect((await postForm(product.url, { text: 'Another gateway.' })).status).toBeLessThan(400)
    await expect.poll(async () => (await textsOf(product)).length, patience).toBe(5)
  })

  it('keeps its writes when the host loses its power while it works, and when the host is back', async () => {
    const posted = postForm(product.url, { text: 'In the dark.' })
    await lab.stop()
    expect((await posted).status).toBeLessThan(400)
    lab = await lab.restart()
    await expect.poll(async () => (await textsOf(product)).at(-1), patience).toBe('In the dark.')
    expect(await textsOf(product)).toHaveLength(6)
  })

  it('leaves no domain when it is stopped', async () => {
    expect(await product.stop()).toBe(0)
    expect(await stateOf(lab, place)).toBe(null)
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

describe.each([
  { tier: 'saved', settings: { keepPausedFor: '0' } },
  { tier: 'off', settings: { keepPausedFor: '0', keepSavedFor: '0' } },
])('a machine that sleeps $tier', ({ tier, settings }) => {
  it('is woken from there by a comment, which its page shows, and sleeps there again', async () => {
    const place = onXen(settings)
    const product = await startProduct(place)
    const isSaved = async () => (await lab.run(`ls ${folderOf(place)}`)).includes('memory.tag')
    await expect.poll(() => machineRuns(place.dataDir).length, patience).toBe(1)
    for (const text of ['First.', 'Second.']) {
      expect(await isSaved()).toBe(tier === 'saved')
      const before = product.batches().length
      expect((await postForm(product.url, { text })).status).toBeLessThan(400)
      await expect.poll(async () => (await textsOf(product)).at(-1), patience).toBe(text)
      await expect.poll(() => product.batches().length, patience).toBe(before + 1)
      expect(product.batches().at(-1)).toMatchObject({ from: tier, writes: 1 })
      expect(await stateOf(lab, place)).toBe(null)
    }
    await product.stop()
    place.clear()
  })
})
