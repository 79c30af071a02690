import { once } from 'node:events'
import { createServer } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { type S3Options, s3Store } from '../../src/publish/stores/s3.ts'
import type { Store } from '../../src/publish/types.ts'
import { bytes, storeContract, text } from '../contract/store.ts'
import {
  type Fault,
  type FaultyRequest,
  type FaultyStore,
  type FaultyStoreOptions,
  startFaultyStore,
} from '../fixtures/faulty-store/store.ts'

/** Short enough to wait for, long enough for a busy computer. */
const SHORT = { connectMs: 1000, idleMs: 1000 }
const page = { contentType: 'text/html', cache: 'page' } as const
const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

async function server(options?: FaultyStoreOptions): Promise<FaultyStore> {
  const faulty = await startFaultyStore(options)
  cleanups.push(faulty.close)
  return faulty
}

function optionsFor({ endpoint, bucket }: Pick<FaultyStore, 'endpoint' | 'bucket'>): S3Options {
  return { endpoint, bucket, credentials: { accessKeyId: 'a', secretAccessKey: 'b' }, timeouts: SHORT }
}

async function both(options?: FaultyStoreOptions) {
  const faulty = await server(options)
  const store = await s3Store(optionsFor(faulty))
  faulty.requests.length = 0
  return { faulty, store }
}

/** A store that waits as long as it does for everybody. */
async function patient(options?: FaultyStoreOptions): Promise<Store> {
  const { endpoint, bucket } = await server(options)
  return await s3Store({ endpoint, bucket, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } })
}

const puts = ({ method }: FaultyRequest) => method === 'PUT'
const lists = ({ method, key }: FaultyRequest) => method === 'GET' && key === ''

storeContract('s3 on a server in memory', () => patient())
storeContract('s3 on a server that lists seven keys at a time and refuses batch deletes', () =>
  patient({ keysPerList: 7, batchDeletes: 'refused' }),
)

describe('s3Store finds out at start what a store can do', () => {
  it.each([
    ['kept', true, true],
    ['ignored', false, false],
    ['refused', false, false],
  ] as const)('with conditions %s', async (conditions, createOnly, compareAndSwap) => {
    const { faulty, store } = await both({ conditions })
    expect(store.capabilities).toEqual({ createOnly, compareAndSwap, shared: true })
    expect([...faulty.objects.keys()]).toEqual([])
  })

  it('and is not misled by a passing 500', async () => {
    const faulty = await server()
    faulty.fail(puts, { kind: 'status', status: 500, code: 'InternalError' }, 2)
    const store = await s3Store(optionsFor(faulty))
    expect(store.capabilities.createOnly).toBe(true)
  })
})

describe('s3Store puts by a request of its own', () => {
  const plain = (request: FaultyRequest) => puts(request) && request.userAgent === 'drowse'
  const busy: Fault = { kind: 'status', status: 500, code: 'InternalError' }

  it.each([
    ['a page', 'site/a.html', page],
    ['a name in another script, with all that is escaped', "site/заметки/a b!'()*+=@&?#.html", page],
    ['a compressed sibling', 'site/a.css.br', { contentType: 'text/css', cache: 'immutable' }],
    ['a page that leads on', 'site/old/index.html', { ...page, redirect: '/заметки/' }],
  ] as const)('that stores what the SDK’s would: %s', async (_name, key, info) => {
    const { faulty, store } = await both()
    await store.put(key, bytes('a'), info)
    const own = faulty.objects.get(key)
    expect(faulty.requests).toHaveLength(1)
    faulty.fail(plain, busy)
    await store.put(key, bytes('a'), info)
    expect(faulty.requests).toHaveLength(3)
    expect(own).toBeDefined()
    expect(faulty.objects.get(key)).toEqual(own)
  })

  it('and leaves a store that does not understand it to the SDK', async () => {
    const { faulty, store } = await both()
    faulty.fail(plain, { kind: 'status', status: 403, code: 'SignatureDoesNotMatch' }, 1000)
    for (const key of ['a.html', 'b.html', 'c.html']) await store.put(key, bytes(key), page)
    expect([...faulty.objects.keys()].sort()).toEqual(['a.html', 'b.html', 'c.html'])
    expect(faulty.requests).toEqual(['PUT a.html', 'PUT a.html', 'PUT b.html', 'PUT c.html'])
  })

  it('but goes on with one that was only busy', async () => {
    const { faulty, store } = await both()
    faulty.fail(plain, busy)
    await store.put('a.html', bytes('a'), page)
    faulty.fail((request) => puts(request) && !plain(request), { kind: 'status', status: 403, code: 'AccessDenied' }, 1000)
    expect(await store.put('b.html', bytes('b'), page)).toBe(true)
  })
})

const passing: readonly (readonly [string, Fault])[] = [
  ['409', { kind: 'status', status: 409, code: 'ConditionalRequestConflict' }],
  ['500', { kind: 'status', status: 500, code: 'InternalError' }],
  ['503', { kind: 'status', status: 503, code: 'SlowDown' }],
  ['timeout', { kind: 'hang' }],
  ['broken connection', { kind: 'reset' }],
  ['lost answer', { kind: 'lost answer' }],
]

describe('s3Store comes to the right result', () => {
  it.each(passing)('when a put meets a %s', async (_name, fault) => {
    const { faulty, store } = await both()
    faulty.fail(puts, fault)
    expect(await store.put('a.html', bytes('a'), page)).toBe(true)
    expect(text(await store.get('a.html'))).toBe('a')
  })

  it.each(passing)('when a create-only put meets a %s', async (_name, fault) => {
    const { faulty, store } = await both()
    faulty.fail(puts, fault)
    expect(await store.put('a.json', bytes('mine'), page, 'createOnly')).toBe(true)
    expect(await store.put('a.json', bytes('another'), page, 'createOnly')).toBe(false)
    expect(text(await store.get('a.json'))).toBe('mine')
  })

  it('when somebody else created the key while the answer was lost', async () => {
    const { faulty, store } = await both()
    await store.put('a.json', bytes('theirs'), page, 'createOnly')
    faulty.fail(puts, { kind: 'lost answer' })
    expect(await store.put('a.json', bytes('mine'), page, 'createOnly')).toBe(false)
    expect(text(await store.get('a.json'))).toBe('theirs')
  })

  it('when a 412 is a lie and nothing is there', async () => {
    const { faulty, store } = await both()
    faulty.fail(puts, { kind: 'status', status: 412, code: 'PreconditionFailed' })
    expect(await store.put('a.json', bytes('mine'), page, 'createOnly')).toBe(true)
  })

  it.each(passing.filter(([name]) => name !== '409'))('when a get meets a %s', async (_name, fault) => {
    const { faulty, store } = await both()
    await store.put('a.html', bytes('a'), page)
    faulty.fail(({ method }) => method === 'GET', fault)
    expect(text(await store.get('a.html'))).toBe('a')
  })

  it.each(passing.filter(([name]) => name !== '409'))('when a removal of one meets a %s', async (_name, fault) => {
    const { faulty, store } = await both()
    await store.put('a.html', bytes('a'), page)
    faulty.fail(({ method }) => method === 'DELETE', fault)
    await store.remove(['a.html'])
    expect([...faulty.objects.keys()]).toEqual([])
  })

  it('when an object breaks off once', async () => {
    const { faulty, store } = await both()
    await store.put('a.html', bytes('a whole page'), page)
    faulty.fail(({ method }) => method === 'GET', { kind: 'cut answer' })
    expect(text(await store.get('a.html'))).toBe('a whole page')
  })

  it('when a list says that there is more and not where', async () => {
    const { faulty, store } = await both({ keysPerList: 3 })
    const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    for (const key of keys) await store.put(key, bytes(key), page)
    faulty.fail(lists, { kind: 'no token' }, 2)
    expect(await Array.fromAsync(store.list(''))).toEqual(keys)
  })

  it('when batch deletes are refused, and asks for them only once', async () => {
    const { faulty, store } = await both({ batchDeletes: 'refused' })
    for (const key of ['a', 'b']) await store.put(key, bytes(key), page)
    await store.remove(['a', 'b'])
    await store.remove(['a', 'b'])
    expect([...faulty.objects.keys()]).toEqual([])
    expect(faulty.requests.filter((request) => request.startsWith('POST'))).toHaveLength(1)
  })
})

describe('s3Store says what is wrong', () => {
  it('when a list breaks off', async () => {
    const { faulty, store } = await both()
    faulty.fail(lists, { kind: 'no token' })
    await expect(Array.fromAsync(store.list(''))).rejects.toMatchObject({ message: expect.stringContaining('breaks off') })
  })

  it('when an object breaks off', async () => {
    const { faulty, store } = await both()
    await store.put('a.html', bytes('a whole page'), page)
    faulty.fail(({ method }) => method === 'GET', { kind: 'cut answer' }, 10)
    await expect(store.get('a.html')).rejects.toMatchObject({ code: 'store-failed' })
  })

  it.each([
    ['InternalError', 500, 'the store has a fault of its own (500 InternalError)'],
    ['SlowDown', 503, 'the store is overloaded'],
    ['RequestTimeTooSkewed', 403, 'this computer’s clock'],
    ['QuotaExceeded', 403, 'its quota is used up'],
    ['ExpiredToken', 400, 'the session token is no longer valid'],
    ['PermanentRedirect', 301, 'it is in another region'],
  ])('when %s does not pass', async (code, status, why) => {
    const { faulty, store } = await both()
    faulty.fail(puts, { kind: 'status', status, code }, 100)
    await expect(store.put('a.html', bytes('a'), page)).rejects.toMatchObject({
      code: 'store-failed',
      retry: true,
      message: expect.stringContaining(why),
      hint: expect.stringMatching(/\.$/),
    })
  })

  it('when others always write to the key at the same moment', async () => {
    const { faulty, store } = await both()
    faulty.fail(puts, { kind: 'status', status: 409, code: 'ConditionalRequestConflict' }, 100)
    await expect(store.put('a.html', bytes('a'), page)).rejects.toMatchObject({ message: expect.stringContaining('same moment') })
  })

  it('when create-only is asked of a store that has none', async () => {
    const { store } = await both({ conditions: 'ignored' })
    await expect(store.put('a.json', bytes('a'), page, 'createOnly')).rejects.toMatchObject({ code: 'store-failed' })
  })

  it('when the store never answers', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    cleanups.push(async () => {
      silent.close()
      silent.closeAllConnections()
    })
    const address = silent.address()
    const port = address === null || typeof address === 'string' ? 0 : address.port
    await expect(s3Store(optionsFor({ endpoint: `http://127.0.0.1:${port}`, bucket: 'b' }))).rejects.toMatchObject({
      message: expect.stringContaining('did not answer in time'),
    })
  })
})
