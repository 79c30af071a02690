import { PutBucketPolicyCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { s3Failure } from '../../../src/publish/stores/s3/errors.ts'
import { type S3Options, s3Store } from '../../../src/publish/stores/s3.ts'
import { bytes, storeContract, text } from '../../contract/store.ts'
import { labClient, newBucket } from './buckets.ts'
import { freePorts } from './free-port.ts'

const lab = inject('s3Lab')
const page = { contentType: 'text/html', cache: 'page' } as const
let options: S3Options
let fresh = 0
beforeAll(async () => {
  options = await newBucket(lab)
})

storeContract('s3 on Ceph RGW', () => s3Store({ ...options, prefix: `t${fresh++}/` }))

describe('s3Store on Ceph RGW', () => {
  it('finds out what the gateway can do, and leaves nothing behind', async () => {
    const store = await s3Store(await newBucket(lab))
    // RGW knows If-Match only with an ETag that is not quoted, which no client sends.
    expect(store.capabilities).toEqual({ createOnly: true, compareAndSwap: false, shared: true })
    expect(await Array.fromAsync(store.list(''))).toEqual([])
  })

  it('lets one of 24 create a key', async () => {
    const store = await s3Store(options)
    const tries = Array.from({ length: 24 }, (_, n) => store.put('race.json', bytes(String(n)), page, 'createOnly'))
    const results = await Promise.all(tries)
    expect(results.filter((created) => created)).toHaveLength(1)
    expect(text(await store.get('race.json'))).toBe(String(results.indexOf(true)))
  })

  it('stores headers for browsers and caches, and its own hash', async () => {
    const open = await newBucket(lab)
    const store = await s3Store(open)
    await store.put('site/a.html', bytes('a'), page)
    await store.put('site/b.1234.css', bytes('b'), { contentType: 'text/css; charset=utf-8', cache: 'immutable' })
    await store.put('private/c.html', bytes('c'), page)
    const policy = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `arn:aws:s3:::${open.bucket}/*` }],
    }
    await labClient(lab).send(new PutBucketPolicyCommand({ Bucket: open.bucket, Policy: JSON.stringify(policy) }))
    const headers = async (key: string) => {
      const { headers } = await fetch(`${lab.endpoint}/${open.bucket}/${key}`)
      return [headers.get('content-type'), headers.get('cache-control'), headers.get('x-amz-meta-sha256')?.slice(0, 8)]
    }
    expect(await headers('site/a.html')).toEqual([
      'text/html; charset=utf-8',
      'public, max-age=0, s-maxage=60, stale-while-revalidate=60',
      'ca978112',
    ])
    expect(await headers('site/b.1234.css')).toEqual([
      'text/css; charset=utf-8',
      'public, max-age=31536000, immutable',
      '3e23e816',
    ])
    expect(await headers('private/c.html')).toEqual(['text/html; charset=utf-8', 'private, no-store', '2e7d2c03'])
  })

  it('is refused by the gateway when the bytes do not have the hash they were announced with', async () => {
    const store = await s3Store(options)
    const forged = store.put('site/forged.html', bytes('forged'), {
      ...page,
      hash: 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb',
    })
    await expect(forged).rejects.toMatchObject({ code: 'store-failed' })
    expect(await store.get('site/forged.html')).toBeNull()
  })
})

afterEach(() => {
  vi.useRealTimers()
})

describe('what s3Store says is wrong, and what to do', () => {
  it('a wrong secret', async () => {
    const credentials = { ...lab.owner, secretAccessKey: 'wrong' }
    await expect(s3Store({ ...options, credentials })).rejects.toMatchObject({
      code: 'store-failed',
      message: `Objects can’t be put into the bucket “${options.bucket}”: the secret key is wrong.`,
      hint: 'Set AWS_SECRET_ACCESS_KEY to the secret that belongs to AWS_ACCESS_KEY_ID.',
    })
  })

  it('an access key nobody has', async () => {
    const credentials = { ...lab.owner, accessKeyId: 'nobody' }
    await expect(s3Store({ ...options, credentials })).rejects.toMatchObject({
      message: expect.stringContaining('the store does not know the access key'),
      hint: `Set AWS_ACCESS_KEY_ID to a key of ${lab.endpoint}.`,
    })
  })

  it('a missing bucket', async () => {
    await expect(s3Store({ ...options, bucket: 'nowhere' })).rejects.toMatchObject({
      message: `Objects can’t be put into the bucket “nowhere”: there is no such bucket at ${lab.endpoint}.`,
      hint: 'Create the bucket, or correct `publish.store.bucket` in site.yaml.',
    })
  })

  it('a bucket of somebody else', async () => {
    await expect(s3Store({ ...options, credentials: lab.limited })).rejects.toMatchObject({
      message: expect.stringContaining('these credentials may not do that'),
      hint: `Allow \`s3:PutObject\` on the bucket “${options.bucket}”.`,
    })
  })

  it('no permission to delete', async () => {
    const shared = await newBucket(lab)
    const Principal = { AWS: ['arn:aws:iam:::user/limited'] }
    const Resource = [`arn:aws:s3:::${shared.bucket}`, `arn:aws:s3:::${shared.bucket}/*`]
    const Action = ['s3:PutObject', 's3:GetObject', 's3:ListBucket']
    const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal, Action, Resource }] }
    await labClient(lab).send(new PutBucketPolicyCommand({ Bucket: shared.bucket, Policy: JSON.stringify(policy) }))
    await expect(s3Store({ ...shared, credentials: lab.limited })).rejects.toMatchObject({
      message: `Objects can’t be deleted from the bucket “${shared.bucket}”: these credentials may not do that.`,
      hint: `Allow \`s3:DeleteObject\` on the bucket “${shared.bucket}”.`,
    })
  })

  it.each([1, -1])('a clock that is %i h off: nothing, since the client follows the store’s', async (hours) => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + hours * 3600_000 })
    const store = await s3Store(options)
    expect(await store.put('site/late.html', bytes('late'), page)).toBe(true)
  })

  it('a clock that is an hour off and can’t be followed', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3600_000 })
    const stubborn = new S3Client({
      endpoint: lab.endpoint,
      region: lab.region,
      credentials: lab.owner,
      forcePathStyle: true,
      maxAttempts: 1,
    })
    const failure = await stubborn
      .send(new PutObjectCommand({ Bucket: options.bucket, Key: 'late', Body: 'late' }))
      .catch((error: unknown) => s3Failure(error, 'put', 'late', { bucket: options.bucket, endpoint: lab.endpoint }))
    expect(failure).toMatchObject({
      code: 'store-failed',
      message: expect.stringMatching(/this computer’s clock \(\S+Z\) differs too much from the store’s \(\S+Z\)\.$/),
      hint: expect.stringContaining('Set the clock'),
    })
  })

  it('an endpoint where nobody listens', async () => {
    const [port] = await freePorts(1)
    await expect(s3Store({ ...options, endpoint: `http://127.0.0.1:${port}` })).rejects.toMatchObject({
      message: expect.stringContaining(`http://127.0.0.1:${port} can’t be reached`),
      hint: expect.stringContaining('publish.store.endpoint'),
    })
  })

  it('an endpoint whose name nobody knows', async () => {
    await expect(s3Store({ ...options, endpoint: 'http://store.invalid' })).rejects.toMatchObject({
      message: expect.stringContaining('the name of http://store.invalid can’t be resolved'),
    })
  })
})
