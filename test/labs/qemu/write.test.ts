import { appendFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { machineRuns } from '../../flows/audit.ts'
import { drowse, type Product, startProduct, workplace } from '../../flows/product.ts'
import { commentTexts, getText, postForm } from '../../flows/visitor.ts'
import { LAB, lendPackages, machinesOf } from './lab.ts'

const CACHE = join(LAB, 'cache')

describe('a site whose machine is a virtual one', () => {
  const place = workplace()
  const machine = join(place.dataDir, 'machines', 'site')
  let product: Product

  beforeAll(async () => {
    process.env.XDG_CACHE_HOME = CACHE
    mkdirSync(CACHE, { recursive: true })
    if (readdirSync(LAB).includes('packages')) lendPackages(join(CACHE, 'drowse', 'images'))
    const { code, stderr } = await drowse(['image', 'build'])
    expect(stderr).toBe('')
    expect(code).toBe(0)
    appendFileSync(join(place.siteDir, 'site.yaml'), 'machine: {driver: qemu, memoryMb: 256}\n')
    product = await startProduct(place)
  })
  afterAll(async () => {
    await product.kill()
    place.clear()
  })

  it('has its image listed', async () => {
    const { stdout } = await drowse(['image', 'ls'])
    expect(stdout).toContain('(this version)')
  })

  it('shows the pages that a process machine would', async () => {
    const other = workplace()
    const peer = await startProduct(other)
    const pages = (dataDir: string) => {
      const folder = join(dataDir, 'store', 'site')
      const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => /\.\w+$/.test(path))
      return Object.fromEntries(paths.sort().map((path) => [path, readFileSync(join(folder, path), 'base64')]))
    }
    expect(pages(place.dataDir)).toEqual(pages(other.dataDir))
    expect(Object.keys(pages(place.dataDir)).length).toBeGreaterThan(10)
    await peer.kill()
    other.clear()
  })

  it('leads a visitor to the fresh page with their comment, and sleeps again', async () => {
    const before = product.batches().length
    const response = await postForm(product.url, { text: 'I was here.' })
    expect(response.status).toBe(303)
    const page = await getText(product.url, response.headers.get('location') ?? '')
    expect(commentTexts(page)).toEqual(['I was here.'])
    await expect.poll(() => product.batches().length, { timeout: 10_000 }).toBe(before + 1)
    expect(product.batches().at(-1)).toMatchObject({ writes: 1, rendered: 1, changed: 1, from: 'paused' })
    expect(machineRuns(place.dataDir).at(-1)).toMatchObject({ from: 'paused', to: 'paused', reason: 'write', writes: 1 })
  })

  it('keeps what was answered when gateway and machine are killed right after', async () => {
    expect((await postForm(product.url, { text: 'And again.' })).status).toBe(303)
    await product.kill()
    await expect.poll(() => machinesOf(machine), { timeout: 10_000 }).toEqual([])
    product = await startProduct(place)
    expect((await postForm(product.url, { text: 'Still here.' })).status).toBeLessThan(400)
    const texts = async () => commentTexts(await getText(product.url, '/posts/first/'))
    await expect.poll(texts, { timeout: 120_000, interval: 500 }).toEqual(['I was here.', 'And again.', 'Still here.'])
  })

  it('leaves no machine when it is stopped', async () => {
    expect(await product.stop()).toBe(0)
    expect(machinesOf(machine)).toEqual([])
  })

  it('is not started as a process on the data of a virtual machine', async () => {
    const other = workplace()
    const { code, stderr } = await drowse(['start', other.siteDir, '--port', '0', '--data', place.dataDir])
    expect(code).toBe(1)
    expect(stderr).toContain('config-invalid')
    other.clear()
  })
})
