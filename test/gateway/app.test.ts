import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DrowseError } from '../../src/errors/drowse-error.ts'
import type { Receipt } from '../../src/protocol/types.ts'
import { type Fixture, fixture, form, json } from './fixture.ts'

const note = { page: '/posts/hello/', text: 'Nice post' }
let site: Fixture

beforeEach(() => {
  site = fixture()
})
afterEach(() => site.close())

function accepted(): number {
  return site.journal.claim('blog', 1000)?.writes.length ?? 0
}

describe('a form that is sent', () => {
  it('leads to the fresh page, at the element, past every cache', async () => {
    const version = site.publish('posts/hello/index.html', 'with the note').hash.slice(0, 10)
    const response = await site.app.request('/-/note.create', form(note))
    expect(response.status).toBe(303)
    expect(response.headers.get('Location')).toBe(`/posts/hello/?v=${version}#note-1`)
    expect(site.notified).toEqual(['blog'])
    expect(site.journal.claim('blog', 1)?.writes[0]).toMatchObject({
      kind: 'note.create',
      actor: { role: 'visitor' },
      payload: note,
    })
  })

  it('is one write when it is sent twice', async () => {
    await site.app.request('/-/note.create', form(note))
    const again = await site.app.request('/-/note.create', form(note))
    expect(again.status).toBe(303)
    expect(accepted()).toBe(1)
  })

  it.each([{}, { key: 'k1' }])('gets its answer again although its page is gone meanwhile: %o', async (key) => {
    await site.app.request('/-/note.create', form({ ...note, ...key }))
    site.unpublish('posts/hello/index.html')
    const again = await site.app.request('/-/note.create', form({ ...note, ...key }))
    const other = await site.app.request('/-/note.create', form({ page: '/posts/hello/', text: 'Something else' }))
    expect([again.status, other.status]).toEqual([303, 404])
    expect(accepted()).toBe(1)
  })

  it.each(['Basic dXNlcjpwYXNz', 'Digest username="x"', ''])(
    'is a visitor’s behind a proxy with the authorization “%s”',
    async (authorization) => {
      const response = await site.app.request('/-/note.create', form(note, { Authorization: authorization }))
      const elsewhere = await site.app.request(
        '/-/note.create',
        form({ ...note, text: 'Forged' }, { Authorization: authorization, Origin: 'https://evil.example' }),
      )
      expect([response.status, elsewhere.status]).toEqual([303, 403])
      expect(site.journal.claim('blog', 9)?.writes.map(({ actor }) => actor)).toEqual([{ role: 'visitor' }])
    },
  )

  it('is refused with a bearer token that is not the owner’s', async () => {
    const response = await site.app.request('/-/note.create', form(note, { Authorization: 'Bearer drowse_wrong' }))
    expect(response.status).toBe(403)
    expect(accepted()).toBe(0)
  })

  it('may be multipart', async () => {
    const body = new FormData()
    for (const [name, value] of Object.entries(note)) body.set(name, value)
    const response = await site.app.request('/-/note.create', { method: 'POST', body })
    expect(response.status).toBe(303)
    expect(site.journal.claim('blog', 1)?.writes[0]?.payload).toEqual(note)
  })

  it('gets a page that looks again by itself when the deadline passes', async () => {
    site.outcome = () => null
    const response = await site.app.request('/-/note.create', form(note))
    const location = response.headers.get('Location') ?? ''
    expect(response.status).toBe(202)
    expect(location).toMatch(/^\/-\/writes\/[0-9a-z]{26}$/)
    const refresh = `<meta http-equiv="refresh" content="2; url=${location}">`
    const page = await response.text()
    expect(page).toContain(`<a href="${location}">`)
    expect(page).toContain(refresh)
    expect(await (await site.app.request(location)).text()).toContain(refresh)
  })

  it('gets its text back when the machine rejects it', async () => {
    const problems = [{ where: 'text', rule: 'r', message: 'No such note.', severity: 'error' as const }]
    site.outcome = (id) => ({ write: id, status: 'rejected', code: 'parent-unknown', message: 'That note is gone.', problems })
    const response = await site.app.request('/-/note.create', form(note))
    expect(response.status).toBe(422)
    const page = await response.text()
    expect(page).toContain('Nice post')
    expect(page).toContain('<a href="#text">No such note.</a>')
  })
})

describe('a program', () => {
  it('gets JSON: 201 with the receipt, and 200 when it sends the same again', async () => {
    const first = await site.app.request('/-/note.create', json(note, { 'Idempotency-Key': 'k1' }))
    const again = await site.app.request('/-/note.create', json(note, { 'Idempotency-Key': 'k1' }))
    expect([first.status, again.status]).toEqual([201, 200])
    const body = await first.json()
    expect(body).toMatchObject({
      status: 'applied',
      receipt: { page: '/posts/hello/' },
      location: expect.stringContaining('#note-1'),
    })
    expect(await again.json()).toEqual(body)
  })

  it('is told when its write is still on its way', async () => {
    site.outcome = () => null
    const response = await site.app.request('/-/note.create', json(note))
    expect(response.status).toBe(202)
    expect(await response.json()).toMatchObject({ status: 'accepted', receipt: null, location: response.headers.get('Location') })
  })

  it('gets errors as JSON', async () => {
    const response = await site.app.request('/-/note.create', json({ page: '/posts/hello/', text: '' }))
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({
      error: { code: 'form-invalid', problems: [{ where: 'text', rule: 'form/missing' }] },
    })
  })
})

describe('the owner', () => {
  it('writes with a bearer token, from wherever', async () => {
    const headers = { Authorization: `Bearer ${site.token}`, Origin: 'https://elsewhere.example' }
    const response = await site.app.request('/-/thing.save', json({ a: 1 }, headers))
    expect(response.status).toBe(201)
    expect(site.journal.claim('blog', 1)?.writes[0]).toMatchObject({ kind: 'thing.save', actor: { role: 'owner' } })
  })

  it('may send what visitors send', async () => {
    await site.app.request('/-/note.create', json(note, { Authorization: `Bearer ${site.token}` }))
    expect(site.journal.claim('blog', 1)?.writes[0]?.actor).toEqual({ role: 'owner' })
  })

  it('saves the same thing again after another without its being taken for a repetition', async () => {
    for (const text of ['one', 'two', 'one'])
      await site.app.request('/-/thing.save', json({ text }, { Authorization: `Bearer ${site.token}` }))
    expect(accepted()).toBe(3)
  })

  it('is asked for a token', async () => {
    const response = await site.app.request('/-/thing.save', json({ a: 1 }))
    expect(response.status).toBe(401)
    expect(response.headers.get('WWW-Authenticate')).toBe('Bearer')
  })

  it.each(['Bearer drowse_wrong', 'Bearer', 'Basic b3duZXI6cHc=', ''])(
    'is refused with the authorization “%s”',
    async (authorization) => {
      const response = await site.app.request('/-/thing.save', json({ a: 1 }, { Authorization: authorization }))
      expect(response.status).toBe(403)
      expect(await response.json()).toMatchObject({ error: { code: 'token-refused' } })
      expect(accepted()).toBe(0)
    },
  )
})

describe('the machine behind the gateway', () => {
  const owners = () => ({ Authorization: `Bearer ${site.token}` })

  it('is told of, woken and turned off for its owner', async () => {
    const ask = async (init: RequestInit) => (await site.app.request('/-/machine', init)).json()
    expect(await ask({ headers: owners() })).toEqual({ driver: 'toy', state: 'off' })
    expect(await ask(json({ to: 'awake' }, owners()))).toEqual({ driver: 'toy', state: 'paused' })
    expect(await ask(json({ to: 'saved' }, owners()))).toEqual({ driver: 'toy', state: 'saved' })
  })

  it.each([
    ['a visitor', {}, 401],
    ['a wrong token', { Authorization: 'Bearer drowse_wrong' }, 403],
  ])('is not for %s', async (_, headers, status) => {
    for (const init of [{ headers }, json({ to: 'off' }, headers)])
      expect((await site.app.request('/-/machine', init)).status).toBe(status)
  })

  it.each([{}, { to: 'gone' }, [1]])('does not understand %j', async (asked) => {
    const response = await site.app.request('/-/machine', json(asked, owners()))
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({ error: { code: 'form-invalid' } })
  })
})

describe('what is refused before a machine is touched', () => {
  afterEach(() => {
    expect(site.notified).toEqual([])
    expect(accepted()).toBe(0)
  })

  it('a missing field: a page with a summary, links to the fields, and the text', async () => {
    const response = await site.app.request('/-/note.create', form({ page: '/posts/hello/', text: '' }))
    expect(response.status).toBe(422)
    const page = await response.text()
    expect(page).toContain('role="alert"')
    expect(page).toContain('<a href="#text">Write something.</a>')
    expect(page).toContain('<textarea id="text"')
  })

  it.each([
    '/posts/nowhere/',
    '/private/orders/',
    '/_drowse/frame/',
    '//evil.example/',
    'https://evil.example/',
    '',
    '/%E0%A4%A/',
    '/posts/../posts/hello/',
  ])('the unknown page “%s”, keeping the text', async (page) => {
    site.publish('private/orders/index.html', 'x')
    site.publish('_drowse/frame/index.html', 'x')
    const response = await site.app.request('/-/note.create', form({ page, text: 'A <b>long</b> thought' }))
    expect(response.status).toBe(404)
    expect(await response.text()).toContain('A &lt;b>long&lt;/b> thought')
  })

  it('a form that says it has 10 MB', async () => {
    const response = await site.app.request(
      '/-/note.create',
      form({ text: 'x'.repeat(10_000_000) }, { 'Content-Length': '10000000' }),
    )
    expect(response.status).toBe(413)
  })

  it('a form of 10 MB that does not say so, without reading it all', async () => {
    let sent = 0
    const chunk = new Uint8Array(64 * 1024).fill(120)
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += chunk.byteLength
        if (sent > 10_000_000) controller.close()
        else controller.enqueue(chunk)
      },
    })
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
    const response = await site.app.request('/-/note.create', { method: 'POST', body, headers, duplex: 'half' })
    expect(response.status).toBe(413)
    expect(sent).toBeLessThan(500_000)
  })

  it.each(['text/plain', 'application/xml', 'application/x-www-form-urlencoded; charset=utf-16', ''])(
    'the content type “%s”',
    async (type) => {
      const response = await site.app.request('/-/note.create', {
        method: 'POST',
        body: 'text=x',
        headers: { 'Content-Type': type },
      })
      expect(response.status).toBe(415)
    },
  )

  it('a file in a form', async () => {
    const body = new FormData()
    body.set('text', new File(['x'], 'x.exe'))
    expect((await site.app.request('/-/note.create', { method: 'POST', body })).status).toBe(415)
  })

  it.each([
    ['a field that is not UTF-8', 'application/x-www-form-urlencoded', new Uint8Array([0x74, 0x3d, 0xff])],
    ['JSON that is none', 'application/json', '{"page":'],
    ['multipart that is none', 'multipart/form-data; boundary=x', 'nothing of the kind'],
  ])('%s', async (_what, type, body) => {
    const response = await site.app.request('/-/note.create', { method: 'POST', body, headers: { 'Content-Type': type } })
    expect(response.status).toBe(422)
  })

  it.each([
    { Origin: 'https://evil.example' },
    { Origin: 'null' },
    { Origin: 'https://example.org.evil.example' },
    { Origin: 'http://example.org' },
    { Origin: 'null', 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'same-site' },
  ])('the origin %o, for forms and JSON', async (headers) => {
    const asForm = await site.app.request('/-/note.create', { method: 'POST', body: new URLSearchParams(note), headers })
    const asJson = await site.app.request('/-/note.create', json(note, headers))
    expect([asForm.status, asJson.status]).toEqual([403, 403])
  })

  it('an unknown kind', async () => {
    expect((await site.app.request('/-/nothing.here', form(note))).status).toBe(404)
    expect((await site.app.request('/-/a/b/c', form(note))).status).toBe(404)
  })

  it.each(['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('the method %s, which changes nothing', async (method) => {
    const response = await site.app.request('/-/note.create', { method })
    expect(response.status).toBe(405)
    expect(response.headers.get('Allow')).toBe('POST')
  })

  it('a robot in the trap, which is told that all is well', async () => {
    const asForm = await site.app.request('/-/note.create', form({ ...note, website: 'https://spam.example' }))
    const asJson = await site.app.request('/-/note.create', json({ ...note, website: 'https://spam.example' }))
    expect([asForm.status, asJson.status]).toEqual([303, 303])
    expect(asForm.headers.get('Location')).toBe('/posts/hello/')
  })

  it.each(['a b', 'naïve', 'x'.repeat(201), 'line\nbreak'])('the idempotency key “%s”', async (key) => {
    expect((await site.app.request('/-/note.create', form({ ...note, key }))).status).toBe(422)
  })
})

describe('a journal that refuses', () => {
  it('a reused key: 422, with the text', async () => {
    await site.app.request('/-/note.create', form({ ...note, key: 'k1' }))
    const response = await site.app.request('/-/note.create', form({ page: '/posts/hello/', text: 'something else', key: 'k1' }))
    expect(response.status).toBe(422)
    expect(await response.text()).toContain('something else')
    expect(accepted()).toBe(1)
  })

  it('a full disk: 503, when to come back, and the text', async () => {
    const full = fixture({ maxSizeBytes: 120_000 })
    let response = new Response()
    for (let n = 0; n < 100 && response.status !== 503; n++) {
      response = await full.app.request('/-/note.create', form({ page: '/posts/hello/', text: `${n} ${'x'.repeat(10_000)}` }))
    }
    expect(response.status).toBe(503)
    expect(response.headers.get('Retry-After')).toBe('30')
    expect(await response.text()).toContain('x'.repeat(10_000))
    full.close()
  })
})

describe('a fault of ours', () => {
  const fault = new DrowseError('journal-full', 'The disk of /srv/secret is full.', { hint: 'Empty /srv/secret.' })
  const reject = () => Promise.reject(fault)

  it.each([
    ['a full disk', fault, 503, /could not be saved.*Nothing was accepted.*send it again/s],
    [
      'what nobody foresaw',
      new Error('ENOENT /srv/secret'),
      500,
      /may not have been saved.*Send it again.*nothing is added twice/s,
    ],
  ])('is told to a visitor in general words, with the text: %s', async (_what, error, status, words) => {
    const ill = fixture({ journal: { ...site.journal, accept: () => Promise.reject(error) } })
    const page = await ill.app.request('/-/note.create', form(note))
    const program = await ill.app.request('/-/note.create', json(note))
    const texts = [await page.text(), await program.text()]
    expect([page.status, program.status]).toEqual([status, status])
    expect(texts[0]).toContain('Nice post')
    for (const text of texts) {
      expect(text).toMatch(words)
      expect(text).not.toContain('secret')
    }
    expect(ill.faults.map(({ message }) => message)).toEqual([error.message, error.message])
    ill.close()
  })

  it('is told to the owner in full', async () => {
    const ill = fixture({ journal: { ...site.journal, accept: reject } })
    const response = await ill.app.request('/-/thing.save', json({ a: 1 }, { Authorization: `Bearer ${ill.token}` }))
    expect(await response.json()).toMatchObject({ error: { message: fault.message, hint: fault.hint } })
    ill.close()
  })

  it('in the tokens themselves gives nobody their place', async () => {
    const damaged = {
      check: () => {
        throw new DrowseError('internal', 'The file /srv/secret is damaged.')
      },
    }
    const ill = fixture({ tokens: damaged })
    const response = await ill.app.request('/-/thing.save', json({ a: 1 }, { Authorization: 'Bearer drowse_x' }))
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('secret')
    expect(ill.faults).toHaveLength(1)
    ill.close()
  })
})

describe('the state of a write', () => {
  async function waiting(): Promise<string> {
    site.outcome = () => null
    const response = await site.app.request('/-/note.create', form(note))
    return response.headers.get('Location') ?? ''
  }

  it('leads to the result once it is done', async () => {
    const location = await waiting()
    const id = location.split('/').at(-1) ?? ''
    site.finish({ write: id, status: 'applied', page: '/posts/hello/', anchor: 'note-7' })
    const response = await site.app.request(location)
    expect(response.status).toBe(303)
    expect(response.headers.get('Location')).toMatch(/^\/posts\/hello\/\?v=[0-9a-f]{10}#note-7$/)
  })

  it('is told to programs without redirecting them', async () => {
    const location = await waiting()
    const headers = { Accept: 'application/json' }
    expect(await (await site.app.request(location, { headers })).json()).toMatchObject({ status: 'accepted', receipt: null })
    site.finish({ write: location.split('/').at(-1) ?? '', status: 'applied', page: '/posts/hello/' })
    expect(await (await site.app.request(location, { headers })).json()).toMatchObject({
      status: 'applied',
      receipt: { page: '/posts/hello/' },
    })
  })

  it('says that a parked write is kept', async () => {
    const location = await waiting()
    site.journal.park('blog', location.split('/').at(-1) ?? '', 'secret reason')
    const page = await (await site.app.request(location)).text()
    expect(page).toContain('is kept')
    expect(page).toContain('tried again the next time the site’s server is started')
    expect(page).not.toContain('secret reason')
  })

  it('is unknown for an id nobody gave out, and changes nothing', async () => {
    expect((await site.app.request('/-/writes/00000000000000000000000000')).status).toBe(404)
    expect((await site.app.request('/-/writes/x', { method: 'POST' })).status).toBe(405)
    expect(site.notified).toEqual([])
  })
})

describe('the gateway’s pages', () => {
  it('stand in the site’s own frame, whatever people wrote', async () => {
    const frame = '<html><head><title>Site</title></head><body><nav>menu</nav><!--drowse:slot--></body></html>'
    const framed = fixture({ frame: () => Promise.resolve(frame) })
    const response = await framed.app.request('/-/note.create', form({ page: '/nowhere/', text: "$& $` $' <script>" }))
    const page = await response.text()
    expect(page).toContain('<nav>menu</nav>')
    expect(page).toContain('<title>Not found</title>')
    expect(page).toContain("$&amp; $` $' &lt;script>")
    framed.close()
  })

  it('are shown plainly when the frame can’t be had', async () => {
    const broken = fixture({ frame: () => Promise.reject(new Error('store')) })
    expect((await broken.app.request('/-/nothing', form(note))).status).toBe(404)
    broken.close()
  })

  it.each(['/-/note.create', '/-/nothing', '/-/writes/x'])('carry security headers at %s', async (path) => {
    const { headers } = await site.app.request(path)
    expect(headers.get('Content-Security-Policy')).toContain("default-src 'none'")
    expect(headers.get('X-Content-Type-Options')).toBe('nosniff')
    expect(headers.get('Referrer-Policy')).toBe('same-origin')
    expect(headers.get('X-Robots-Tag')).toBe('noindex')
    expect(headers.get('Cache-Control')).toBe('no-store')
  })

  it.each([
    [{ page: '//evil.example/', anchor: 'a' }, '/evil.example/#a'],
    [{ page: '/..//evil.example/' }, '/evil.example/'],
    [{ page: '/a\r\nSet-Cookie: x=1/' }, '/aSet-Cookie:%20x=1/'],
    [{ page: '/posts/hello/', anchor: 'x\r\ny"><' }, '/posts/hello/?v='],
    [{ page: '/заметки/' }, '/%D0%B7%D0%B0%D0%BC%D0%B5%D1%82%D0%BA%D0%B8/'],
  ] as const)('never send anybody elsewhere or let a header be injected: %o', async (result, expected) => {
    site.outcome = (id): Receipt => ({ write: id, status: 'applied', ...result })
    const { headers } = await site.app.request('/-/note.create', form(note))
    expect(headers.get('Location')?.startsWith(expected)).toBe(true)
    expect(headers.get('Location')).not.toMatch(/[\r\n]/)
    expect(headers.get('Set-Cookie')).toBeNull()
  })
})

describe('where a form may be sent from', () => {
  it('is the host itself, where the gateway serves the site', async () => {
    const own = fixture({ origin: null, acceptsOwnHost: true })
    const from = (origin: string) => own.app.request('http://localhost:8080/-/note.create', form(note, { Origin: origin }))
    expect((await from('http://localhost:8080')).status).toBe(303)
    expect((await from('http://localhost:9090')).status).toBe(403)
    own.close()
  })

  it('is a page with a strict referrer policy of the same site', async () => {
    const response = await site.app.request('/-/note.create', form(note, { Origin: 'null', 'Sec-Fetch-Site': 'same-origin' }))
    expect(response.status).toBe(303)
  })
})
