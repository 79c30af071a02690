import { once } from 'node:events'
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { expectWhole, machineRuns } from './audit.ts'
import { drowse, type Product, startProduct, type Workplace, workplace } from './product.ts'
import { getText, postForm } from './visitor.ts'

describe('a POST that is refused', () => {
  const place = workplace()
  const form = 'application/x-www-form-urlencoded'
  let product: Product
  beforeAll(async () => {
    product = await startProduct(place)
    await product.line(({ batch }) => batch !== undefined)
  })
  afterAll(async () => {
    await product.kill()
    place.clear()
  })

  it.each([
    ['a form of 10 MB', 413, { 'content-type': form }, `page=/posts/first/&name=V&text=${'x'.repeat(10_000_000)}`],
    ['a content type that is not read', 415, { 'content-type': 'text/plain' }, 'page=/posts/first/&name=V&text=T'],
    ['JSON that is none', 422, { 'content-type': 'application/json' }, '{"page":'],
    ['bytes that are not UTF-8', 422, { 'content-type': form }, Buffer.from('page=/posts/first/&name=V&text=\xff', 'latin1')],
    ['a post that is not there', 404, { 'content-type': form }, 'page=/posts/nowhere/&name=V&text=T'],
    [
      'a page of another site',
      403,
      { 'content-type': form, origin: 'https://elsewhere.example' },
      'page=/posts/first/&name=V&text=T',
    ],
  ])('because of %s wakes nothing and is told why', async (_, status, headers, body) => {
    const response = await fetch(`${product.url}/-/comment.create`, {
      method: 'POST',
      headers: { ...headers, accept: 'text/html' },
      body,
    })
    expect(response.status).toBe(status)
    expect(await response.text()).toMatch(/role="alert"[\s\S]*<h1[\s\S]*<p>[A-Z]/)
    expect(machineRuns(place.dataDir)).toHaveLength(1)
  })

  it('because of an idempotency key that was another’s gets its text back', async () => {
    await postForm(product.url, { text: 'Mine.', key: 'one-key' })
    const response = await postForm(product.url, { text: 'Another.', key: 'one-key' })
    expect(response.status).toBe(422)
    expect(await response.text()).toContain('Another.')
  })

  it('because its key was not the owner’s changes nothing', async () => {
    const file = join(place.root, 'post.md')
    writeFileSync(file, '---\ntitle: Stolen\ndate: 2024-01-01\n---\n')
    const sent = await drowse(['send', file, '--to', product.url, '--token', 'drowse_wrong'])
    expect(sent).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('bearer token') })
    expect((await fetch(`${product.url}/posts/post/`)).status).toBe(404)
  })

  it('because the post has errors names the file, the line and what to do', async () => {
    const token = (await drowse(['token', place.siteDir, '--data', place.dataDir])).stdout.trim()
    const file = join(place.root, 'broken.md')
    writeFileSync(file, '---\ntitle: Broken\ndate: yesterday\n---\n')
    const sent = await drowse(['send', file, '--to', product.url, '--token', token])
    expect(sent.code).toBe(1)
    expect(sent.stdout + sent.stderr).toMatch(/content\/posts\/broken\.md:3/)
    expect((await fetch(`${product.url}/posts/broken/`)).status).toBe(404)
  })
})

describe('drowse start', () => {
  function scene(): Workplace {
    const place = workplace()
    onTestFinished(place.clear)
    return place
  }
  const start = ({ siteDir, dataDir }: Workplace, port = '0') => drowse(['start', siteDir, '--port', port, '--data', dataDir])

  it('says that its port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const { code, stderr } = await start(scene(), String(port))
    expect(code).toBe(1)
    expect(stderr).toMatch(`error Port ${port} is taken by another program. (port-in-use)`)
    expect(stderr).toMatch('--port 0')
  })

  it('says that its data folder can’t be used', async () => {
    const place = scene()
    writeFileSync(place.dataDir, 'a file')
    expect(await start(place)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/\(folder-unwritable\)\n.*--data/),
    })
  })

  it('says that a part of its data folder can’t be written', async () => {
    const place = scene()
    mkdirSync(place.dataDir)
    writeFileSync(join(place.dataDir, 'store'), 'a file')
    expect(await start(place)).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('(folder-unwritable)') })
  })

  it('says why the machine can’t be woken, and does not wait for ever', async () => {
    const place = scene()
    mkdirSync(place.dataDir)
    writeFileSync(join(place.dataDir, 'machines'), 'a file')
    expect(await start(place)).toMatchObject({ code: 1, stderr: expect.stringMatching(/machines.*\(machine-failed\)/) })
  })

  it('serves what is published when the machine can’t be woken, and brings the folder’s changes later', async () => {
    const place = scene()
    await (await startProduct(place)).stop()
    const machines = join(place.dataDir, 'machines')
    renameSync(machines, `${machines}.away`)
    writeFileSync(machines, 'a file')
    writeFileSync(join(place.siteDir, 'content/posts/new.md'), '---\ntitle: New\ndate: 2024-05-05\n---\n')
    const product = await startProduct(place)
    onTestFinished(() => product.kill())
    expect(await getText(product.url, '/posts/first/')).toContain('The first')
    rmSync(machines)
    renameSync(`${machines}.away`, machines)
    await expect.poll(async () => (await fetch(`${product.url}/posts/new/`)).status, { timeout: 10_000 }).toBe(200)
    await product.stop()
  })

  it('shows what the folder has, although a sync of something else was accepted and never applied before the gateway was killed', async () => {
    const place = scene()
    await (await startProduct(place)).stop()
    const [machines, first, added] = [
      join(place.dataDir, 'machines'),
      join(place.siteDir, 'content/posts/first.md'),
      join(place.siteDir, 'content/posts/added.md'),
    ]
    const before = readFileSync(first)
    renameSync(machines, `${machines}.away`)
    writeFileSync(machines, 'a file')
    writeFileSync(first, '---\ntitle: Regretted\ndate: 2024-01-02\n---\n')
    writeFileSync(added, '---\ntitle: Added\ndate: 2024-01-02\n---\n')
    await (await startProduct(place)).kill()
    rmSync(machines)
    renameSync(`${machines}.away`, machines)
    writeFileSync(first, before)
    rmSync(added)

    const product = await startProduct(place)
    onTestFinished(() => product.kill())

    expect(await getText(product.url, '/posts/first/')).toContain('The first')
    expect((await fetch(`${product.url}/posts/added/`)).status).toBe(404)
    expect(await product.stop()).toBe(0)
    await expectWhole(place, [])
  })

  it('says where site.yaml is wrong', async () => {
    const place = scene()
    writeFileSync(join(place.siteDir, 'site.yaml'), 'title: Small\nurl: not an address\n')
    const { code, stderr } = await start(place)
    expect(code).toBe(1)
    expect(stderr).toMatch(/site\.yaml:2/)
    expect(stderr).toContain('(config-invalid)')
  })

  it('says that a folder is no site', async () => {
    const place = scene()
    rmSync(join(place.siteDir, 'site.yaml'))
    expect(await start(place)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/site\.yaml.*\(site-missing\)/),
    })
  })

  it('says how it is used, with exit code 2', async () => {
    expect(await drowse(['start', '--prot', '3000'])).toMatchObject({ code: 2, stderr: expect.stringContaining('--port') })
    expect(await drowse(['start', '--port', '70000'])).toMatchObject({ code: 2, stderr: expect.stringContaining('65535') })
  })

  it('serves all else when a post has an error, and names its file, line, rule and what to do', async () => {
    const place = scene()
    writeFileSync(join(place.siteDir, 'content/posts/bad.md'), '---\ntitle: Bad\ndate: 2024-13-45\n---\n')
    const product = await startProduct(place)
    onTestFinished(() => product.kill())
    const problems = product.lines.flatMap(({ problems: told }) => told ?? [])
    expect(problems).toMatchObject([
      { where: 'content/posts/bad.md', line: 3, rule: expect.stringContaining('date'), hint: expect.any(String) },
    ])
    expect(await getText(product.url, '/posts/first/')).toContain('The first')
    expect((await fetch(`${product.url}/posts/bad/`)).status).toBe(404)
    await product.stop()
  })
})
