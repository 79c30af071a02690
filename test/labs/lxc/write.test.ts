import { appendFileSync, cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { machineRuns } from '../../flows/audit.ts'
import { drowse, type Product, startProduct, workplace } from '../../flows/product.ts'
import { commentTexts, getText, postForm } from '../../flows/visitor.ts'
import { guestsOf, LAB, monitorsOf } from './lab.ts'

const CACHE = join(LAB, 'cache')

describe('a site whose machine is a container', () => {
  const place = workplace()
  const machine = join(place.dataDir, 'machines', 'site')
  let product: Product

  beforeAll(async () => {
    process.env.XDG_CACHE_HOME = CACHE
    // The containers' user must be able to enter.
    mkdirSync(CACHE, { recursive: true, mode: 0o755 })
    if (readdirSync(LAB).includes('packages'))
      cpSync(join(LAB, 'packages'), join(CACHE, 'drowse', 'images', 'packages'), { recursive: true })
    const { code, stderr } = await drowse(['image', 'build'])
    expect(stderr).toBe('')
    expect(code).toBe(0)
    appendFileSync(join(place.siteDir, 'site.yaml'), 'machine: {driver: lxc}\n')
    product = await startProduct(place)
  })
  afterAll(async () => {
    await product.kill()
    place.clear()
  })

  const frozen = () => {
    const cgroups = monitorsOf(machine)
      .flatMap(guestsOf)
      .map((pid) => readFileSync(`/proc/${pid}/cgroup`, 'utf8'))
    const folders = cgroups.map((text) => /^0::(.*)$/m.exec(text)?.[1] ?? '')
    const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n')
    const unified = mounts.find((line) => line.includes(' - cgroup2 '))?.split(' ')[4] ?? ''
    return folders.map((folder) => /^frozen (\d)$/m.exec(readFileSync(join(unified, folder, 'cgroup.events'), 'utf8'))?.[1])
  }

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

  it('leads a visitor to the fresh page with their comment, and sleeps again, frozen by the kernel', async () => {
    const before = product.batches().length
    const response = await postForm(product.url, { text: 'I was here.' })
    expect(response.status).toBe(303)
    const page = await getText(product.url, response.headers.get('location') ?? '')
    expect(commentTexts(page)).toEqual(['I was here.'])
    await expect.poll(() => product.batches().length, { timeout: 10_000 }).toBe(before + 1)
    expect(product.batches().at(-1)).toMatchObject({ writes: 1, rendered: 1, changed: 1, from: 'paused' })
    expect(frozen()).toEqual(['1'])
    expect(machineRuns(place.dataDir).at(-1)).toMatchObject({ from: 'paused', to: 'paused', reason: 'write', writes: 1 })
  })

  it('keeps what was answered when gateway and container are killed right after', async () => {
    expect((await postForm(product.url, { text: 'And again.' })).status).toBe(303)
    await product.kill()
    await expect.poll(() => monitorsOf(machine), { timeout: 10_000 }).toEqual([])
    product = await startProduct(place)
    expect((await postForm(product.url, { text: 'Still here.' })).status).toBeLessThan(400)
    const texts = async () => commentTexts(await getText(product.url, '/posts/first/'))
    await expect.poll(texts, { timeout: 30_000, interval: 100 }).toEqual(['I was here.', 'And again.', 'Still here.'])
  })

  it('wakes cold from off with nothing lost', async () => {
    const token = (await drowse(['token', place.siteDir, '--data', place.dataDir])).stdout.trim()
    const stopped = await drowse(['stop', '--to', product.url, '--token', token])
    expect(stopped.code).toBe(0)
    expect(monitorsOf(machine)).toEqual([])
    expect((await postForm(product.url, { text: 'Up again.' })).status).toBe(303)
    const texts = commentTexts(await getText(product.url, '/posts/first/'))
    expect(texts.at(-1)).toBe('Up again.')
    await expect.poll(() => product.batches().at(-1)?.from, { timeout: 10_000 }).toBe('off')
  })

  it('leaves no container when it is stopped', async () => {
    expect(await product.stop()).toBe(0)
    expect(monitorsOf(machine)).toEqual([])
  })

  it('is not started as a process on the data of a container', async () => {
    const other = workplace()
    const { code, stderr } = await drowse(['start', other.siteDir, '--port', '0', '--data', place.dataDir])
    expect(code).toBe(1)
    expect(stderr).toContain('config-invalid')
    other.clear()
  })
})
