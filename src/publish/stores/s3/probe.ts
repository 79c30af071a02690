import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { codeOf, statusOf } from './errors.ts'

export interface S3Capabilities {
  readonly createOnly: boolean
  readonly compareAndSwap: boolean
}

/** What is put to try things out: a key for each, so that all can be tried at once and none is another's race. */
export interface ProbeKeys {
  readonly taken: string
  readonly wrongTag: string
  readonly rightTag: string
}

interface Condition {
  readonly IfNoneMatch?: string
  readonly IfMatch?: string
}

const TRIES = 3

/**
 * Finds out what a bucket can do by trying: whether the second of two `If-None-Match: *` puts of one key is refused, and whether `If-Match`
 * takes the right ETag and refuses a wrong one. Leaves an object at each of `keys`. Throws the SDK's error when a plain put is refused.
 */
export async function probe(client: S3Client, Bucket: string, keys: ProbeKeys): Promise<S3Capabilities> {
  const put = (Key: string, condition: Condition = {}) =>
    client.send(new PutObjectCommand({ Bucket, Key, Body: Buffer.from('probe'), ...condition }))

  // Plain first: what fails here is not the condition's fault.
  const [{ ETag }] = await Promise.all([put(keys.rightTag), put(keys.taken), put(keys.wrongTag)])
  const [createOnly, refusesWrong, takesRight] = await Promise.all([
    isRefused(() => put(keys.taken, { IfNoneMatch: '*' })),
    isRefused(() => put(keys.wrongTag, { IfMatch: '"00000000000000000000000000000000"' })),
    ETag === undefined ? false : isTaken(() => put(keys.rightTag, { IfMatch: ETag })),
  ])
  return { createOnly, compareAndSwap: refusesWrong && takesRight }
}

/** Whether the put answers 412. A 409 is a race with nobody, and a 500 hides a 412 on some stores: both are tried again. */
async function isRefused(put: () => Promise<unknown>): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    try {
      await put()
      return false
    } catch (error) {
      const status = statusOf(error)
      if (status === 412) return true
      if ((status === 409 || status === 500) && attempt < TRIES) continue
      if (isUnsupported(error)) return false
      throw error
    }
  }
}

async function isTaken(put: () => Promise<unknown>): Promise<boolean> {
  try {
    await put()
    return true
  } catch (error) {
    if (statusOf(error) === 412 || isUnsupported(error)) return false
    throw error
  }
}

function isUnsupported(error: unknown): boolean {
  return statusOf(error) === 501 || statusOf(error) === 400 || codeOf(error) === 'NotImplemented'
}
