import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
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

describe('drowse send', () => {
  const place = workplace()
  let product: Product
  let token = ''
  beforeAll(async () => {
    product = await startProduct(place)
    token = (await drowse(['token', place.siteDir, '--data', place.dataDir])).stdout.trim()
  })
  afterAll(async () => {
    await product.kill()
    place.clear()
  })

  async function send(name: string, content: string | Uint8Array, ...options: string[]) {
    writeFileSync(join(place.root, name), content)
    return await drowse(['send', join(place.root, name), '--to', product.url, ...options], { DROWSE_TOKEN: token })
  }

  it('makes a name for the post of a file’s that has spaces', async () => {
    const sent = await send('Mýj first post.markdown', '---\ntitle: Mine\ndate: 2024-05-05\n---\n')

    expect(sent).toMatchObject({ code: 0, stdout: expect.stringContaining('/posts/myj-first-post/') })
  })

  it('says of a name that is no post’s what it should look like', async () => {
    const sent = await send('fine.md', '---\ntitle: Mine\ndate: 2024-05-05\n---\n', '--as', 'posts/fine.md')

    expect(sent.code).toBe(1)
    expect(sent.stderr).toContain('The path is not one such as content/posts/hello.md')
  })

  it('refuses a file that is not UTF-8, and names the line', async () => {
    const sent = await send('latin.md', Buffer.from('---\ntitle: Latin\ndate: 2024-05-05\n---\nCaf\xe9\n', 'latin1'))

    expect(sent).toMatchObject({ code: 1, stderr: expect.stringMatching(/latin\.md, line 5.*UTF-8.*\(content-invalid\)/) })
    expect((await fetch(`${product.url}/posts/latin/`)).status).toBe(404)
  })

  it('says that a draft is saved and not published', async () => {
    const sent = await send('later.md', '---\ntitle: Later\ndate: 2024-05-05\ndraft: true\n---\n')

    expect(sent).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Saved as a draft .*content\/posts\/later\.md/) })
  })

  it('tells the warnings of a post that it publishes', async () => {
    const sent = await send('slip.md', '---\ntitle: Slip\ndate: 2024-05-05\ntag: red\n---\n')

    expect(sent).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Published/) })
    expect(sent.stderr).toMatch(/content\/posts\/slip\.md:4.*warning[\s\S]*Did you mean `tags`/)
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

  it('says that the machine’s data is damaged, and serves what is published', async () => {
    const place = scene()
    await (await startProduct(place)).stop()
    // SQLite would mend it with what its write-ahead log still has.
    rmSync(join(place.dataDir, 'machines/site/site.db-wal'), { force: true })
    writeFileSync(join(place.dataDir, 'machines/site/site.db'), 'Not a database. '.repeat(100))
    writeFileSync(join(place.siteDir, 'content/posts/new.md'), '---\ntitle: New\ndate: 2024-05-05\n---\n')

    const product = await startProduct(place)
    onTestFinished(() => product.kill())

    expect(await getText(product.url, '/posts/first/')).toContain('The first')
    const { batch } = await product.line((line) => line.batch?.error !== undefined)
    expect(batch?.error?.message).toMatch(/site\.db can’t be opened: file is not a database/)
    await product.kill()
  })

  it('keeps its data from everybody but its owner', async () => {
    const place = scene()
    mkdirSync(place.dataDir, { mode: 0o755 })

    const product = await startProduct(place)
    onTestFinished(() => product.kill())

    expect(statSync(place.dataDir).mode & 0o777).toBe(0o700)
    await product.stop()
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

describe('drowse token', () => {
  it('makes no folders where there is no site', async () => {
    const place = workplace()
    onTestFinished(place.clear)
    const slip = join(place.root, 'stie')

    const { code, stderr } = await drowse(['token', slip])

    expect(code).toBe(1)
    expect(stderr).toMatch(/site\.yaml.*\(site-missing\)/)
    expect(existsSync(slip)).toBe(false)
    expect(await drowse(['token', slip, '--data', place.dataDir])).toMatchObject({ code: 1 })
    expect(await drowse(['token', place.siteDir, '--data', place.dataDir])).toMatchObject({ code: 0 })
    expect(await drowse(['token', slip, '--data', place.dataDir])).toMatchObject({ code: 0 })
  })

  it('says that a file is in the place of its folder', async () => {
    const place = workplace()
    onTestFinished(place.clear)
    writeFileSync(join(place.siteDir, '.drowse'), 'a file')

    expect(await drowse(['token', place.siteDir])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/\(folder-unwritable\)\n.*--data.*\n$/),
    })
  })
})
