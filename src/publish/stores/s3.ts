import { hash, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3'
import { DrowseError } from '../../errors/drowse-error.ts'
import type { ObjectInfo } from '../../protocol/types.ts'
import { headersOf } from '../headers.ts'
import { checkKey } from '../key.ts'
import { wireForm } from '../redirects.ts'
import type { PutInfo, Store } from '../types.ts'
import { HASH_METADATA, type S3Options, s3Client } from './s3/client.ts'
import { codeOf, type S3Place, type S3Verb, s3Failure, statusOf } from './s3/errors.ts'
import { type PlainPutInput, plainPuts } from './s3/plain-put.ts'
import { probe } from './s3/probe.ts'

export type { S3Options } from './s3/client.ts'

/** The object metadata by which a put with a lost answer is told from somebody else's. */
const OWNER_METADATA = 'owner'
const KEYS_PER_DELETE = 1000
const PARALLEL_DELETES = 16
const GET_TRIES = 2
const CONFLICT_TRIES = 6
const CONFLICT_WAIT_MS = 50

/**
 * Objects in a bucket of any S3-compatible store. What the bucket can do is probed first, so the promise rejects with `store-failed` when it
 * can't be written to or deleted from.
 */
export async function s3Store(options: S3Options) {
  const { bucket: Bucket, prefix = '' } = options
  const client = s3Client(options)
  const plain = plainPuts(client)
  const place: S3Place = { bucket: Bucket, endpoint: options.endpoint ?? null }
  const told = async <T>(verb: S3Verb, key: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw s3Failure(error, verb, key, place)
    }
  }
  const nameOf = (key: string): string => {
    checkKey(key)
    return prefix + key
  }
  const probeKey = `${prefix}_drowse-probe/${randomUUID()}`
  const probeKeys = { taken: `${probeKey}-taken`, wrongTag: `${probeKey}-wrong-tag`, rightTag: `${probeKey}-right-tag` }
  const { createOnly, compareAndSwap } = await told('put', '', () => probe(client, Bucket, probeKeys))
  const clear = (Key: string) => client.send(new DeleteObjectCommand({ Bucket, Key }))
  await told('delete', '', () => Promise.all(Object.values(probeKeys).map(clear)))
  let takesBatchDeletes = true

  function putInput(key: string, bytes: Uint8Array, info: PutInfo): PlainPutInput & PutObjectCommandInput {
    const { contentType, cacheControl, contentEncoding, redirect } = headersOf(key, info)
    return {
      Bucket,
      Key: nameOf(key),
      // A view, not a copy. A stream would be sent in chunks, which some stores refuse and others store as they came.
      Body: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
      ContentLength: bytes.byteLength,
      ContentType: contentType,
      CacheControl: cacheControl,
      ...(contentEncoding === undefined ? {} : { ContentEncoding: contentEncoding }),
      ...(redirect === undefined ? {} : { WebsiteRedirectLocation: wireForm(redirect) }),
      Metadata: { [HASH_METADATA]: info.hash ?? hash('sha256', bytes) },
    }
  }

  async function replace(key: string, bytes: Uint8Array, info: PutInfo, until?: AbortSignal): Promise<boolean> {
    const input = putInput(key, bytes, info)
    if (await plain.put(input, until)) return true
    const command = new PutObjectCommand(input)
    return await untilSettled(key, async () => {
      await client.send(command, sending(until))
      return true
    })
  }

  async function create(key: string, bytes: Uint8Array, info: PutInfo): Promise<boolean> {
    if (!createOnly) throw new DrowseError('store-failed', `The bucket “${Bucket}” can’t keep “${key}” from being replaced.`)
    const input = putInput(key, bytes, info)
    const owner = randomUUID()
    const command = new PutObjectCommand({ ...input, Metadata: { ...input.Metadata, [OWNER_METADATA]: owner }, IfNoneMatch: '*' })
    return await untilSettled(key, async () => {
      try {
        await client.send(command)
        return true
      } catch (error) {
        if (statusOf(error) !== 412) throw error
        // It may be this very put that is in the way: its first answer was lost, and the client has tried again.
        const there = await head(key)
        return there === null ? null : there.Metadata?.[OWNER_METADATA] === owner
      }
    })
  }

  async function head(key: string) {
    try {
      return await client.send(new HeadObjectCommand({ Bucket, Key: nameOf(key) }))
    } catch (error) {
      if (statusOf(error) === 404) return null
      throw error
    }
  }

  async function holds(key: string, info: ObjectInfo & PutInfo): Promise<boolean> {
    const there = await head(key)
    const { contentType, cacheControl, contentEncoding, redirect } = headersOf(key, info)
    return (
      there?.Metadata?.[HASH_METADATA] === info.hash &&
      there.ContentLength === info.sizeBytes &&
      there.ContentType === contentType &&
      there.CacheControl === cacheControl &&
      there.ContentEncoding === contentEncoding &&
      there.WebsiteRedirectLocation === (redirect === undefined ? undefined : wireForm(redirect))
    )
  }

  /** Metadata and headers go along: that is what a copy does if it is not told otherwise. */
  async function copy(from: string, to: string): Promise<boolean> {
    const CopySource = [Bucket, ...nameOf(from).split('/')].map(encodeURIComponent).join('/')
    return await untilSettled(to, async () => {
      try {
        await client.send(new CopyObjectCommand({ Bucket, Key: nameOf(to), CopySource }))
        return true
      } catch (error) {
        if (statusOf(error) === 404 && codeOf(error) !== 'NoSuchBucket') return false
        throw error
      }
    })
  }

  async function get(key: string): Promise<Uint8Array | null> {
    const command = new GetObjectCommand({ Bucket, Key: nameOf(key) })
    for (let tries = 1; ; tries++) {
      try {
        const { Body } = await client.send(command)
        return Body === undefined ? new Uint8Array() : await Body.transformToByteArray()
      } catch (error) {
        if (statusOf(error) === 404 && codeOf(error) !== 'NoSuchBucket') return null
        // The client tries again until the answer begins; what breaks off later has no status.
        if (statusOf(error) !== null || tries === GET_TRIES) throw error
      }
    }
  }

  async function* list(keyPrefix: string): AsyncGenerator<string, void, undefined> {
    const Prefix = prefix + keyPrefix
    let last: string | undefined
    let token: string | undefined
    for (;;) {
      const command = new ListObjectsV2Command({
        Bucket,
        Prefix,
        ...(token === undefined ? { StartAfter: last } : { ContinuationToken: token }),
      })
      const page: ListObjectsV2CommandOutput = await told('list', keyPrefix, () => client.send(command))
      const names = (page.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [Key]))
      for (const name of names) yield name.slice(prefix.length)
      if (page.IsTruncated !== true) return
      token = page.NextContinuationToken
      last = names.at(-1) ?? last
      if (token === undefined && names.length === 0) {
        throw new DrowseError('store-failed', `The store’s list of “${keyPrefix}” breaks off and does not say where to go on.`)
      }
    }
  }

  async function remove(keys: readonly string[], until?: AbortSignal): Promise<void> {
    const names = [...new Set(keys.map(nameOf))]
    for (let from = 0; from < names.length; from += KEYS_PER_DELETE) {
      const batch = names.slice(from, from + KEYS_PER_DELETE)
      if (batch.length > 1 && takesBatchDeletes && (await removeAtOnce(batch, until))) continue
      for (let at = 0; at < batch.length; at += PARALLEL_DELETES) {
        await Promise.all(batch.slice(at, at + PARALLEL_DELETES).map((name) => removeOne(name, until)))
      }
    }
  }

  async function removeOne(Key: string, until?: AbortSignal): Promise<void> {
    await told('delete', Key.slice(prefix.length), async () => {
      try {
        await client.send(new DeleteObjectCommand({ Bucket, Key }), sending(until))
      } catch (error) {
        if (codeOf(error) !== 'NoSuchKey') throw error
      }
    })
  }

  /** False where the store does not take this kind of request, or not in the way the SDK makes it. */
  async function removeAtOnce(names: readonly string[], until?: AbortSignal): Promise<boolean> {
    const Delete = { Objects: names.map((Key) => ({ Key })), Quiet: true }
    try {
      const { Errors = [] } = await client.send(new DeleteObjectsCommand({ Bucket, Delete }), sending(until))
      // Single deletes say why, and a fault that has passed is no fault.
      return Errors.length === 0
    } catch (error) {
      const status = statusOf(error)
      if (status === null || ![400, 403, 405, 411, 501].includes(status)) throw s3Failure(error, 'delete', '', place)
      takesBatchDeletes = status === 403
      return false
    }
  }

  return {
    name: 's3',
    capabilities: { createOnly, compareAndSwap, shared: true },
    put: (key, bytes, info, condition?: 'createOnly', until?: AbortSignal) =>
      told('put', key, () => (condition === undefined ? replace(key, bytes, info, until) : create(key, bytes, info))),
    holds: (key, info) => told('get', key, () => holds(key, info)),
    copy: (from, to) => told('put', to, () => copy(from, to)),
    get: (key) => told('get', key, () => get(key)),
    list,
    remove,
  } satisfies Store
}

function sending(until: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return until === undefined ? {} : { abortSignal: until }
}

/** Tries again as long as `attempt` ends in a conflict (409) or comes to null. */
async function untilSettled<T>(key: string, attempt: () => Promise<T | null>): Promise<T> {
  for (let tries = 0; tries < CONFLICT_TRIES; tries++) {
    try {
      const result = await attempt()
      if (result !== null) return result
    } catch (error) {
      if (statusOf(error) !== 409) throw error
    }
    await sleep(Math.random() * CONFLICT_WAIT_MS * 2 ** tries)
  }
  throw new DrowseError('store-failed', `The store could not take “${key}”: others write to it at the same moment.`, {
    hint: 'Publishing is tried again. If this comes back, find out what else writes to this bucket.',
  })
}
