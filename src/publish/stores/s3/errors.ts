import { DrowseError } from '../../../errors/drowse-error.ts'

/** What was being done when a store failed. */
export type S3Verb = 'put' | 'get' | 'list' | 'delete'

/** Where it was done. */
export interface S3Place {
  readonly bucket: string
  /** Null: AWS’s own. */
  readonly endpoint: string | null
}

/** An SDK error in plain words, with what to do about it: `store-failed`. A `DrowseError` is returned as it is. */
export function s3Failure(error: unknown, verb: S3Verb, key: string, place: S3Place): DrowseError {
  if (error instanceof DrowseError) return error
  const { code, status } = { code: codeOf(error), status: statusOf(error) }
  const { why, hint } = explain(error, code, status, verb, place)
  const isDown = (code !== null && DOWN.includes(code)) || (status !== null && status >= 500 && status !== 501)
  const what = key === '' ? 'Objects' : `“${key}”`
  return new DrowseError('store-failed', `${what} can’t be ${DONE[verb]} the bucket “${place.bucket}”: ${why}.`, {
    hint,
    cause: error,
    details: {
      bucket: place.bucket,
      key,
      isDown,
      ...(code === null ? {} : { s3Code: code }),
      ...(status === null ? {} : { status }),
    },
  })
}

const DONE: Record<S3Verb, string> = { put: 'put into', get: 'read from', list: 'listed in', delete: 'deleted from' }
const ACTION: Record<S3Verb, string> = {
  put: '`s3:PutObject`',
  get: '`s3:GetObject` and `s3:ListBucket` (without the latter a missing object is answered like a forbidden one)',
  list: '`s3:ListBucket`',
  delete: '`s3:DeleteObject`',
}
const KEPT = 'What was accepted is kept and published once the store answers again.'

/** Nobody has to do anything but to wait: the store, or the way to it, is not there. */
const DOWN = [
  ...['SlowDown', 'ServiceUnavailable', 'ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH'],
  ...['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'TimeoutError', 'AbortError'],
]

interface Explanation {
  readonly why: string
  readonly hint: string
}

function explain(error: unknown, code: string | null, status: number | null, verb: S3Verb, place: S3Place): Explanation {
  const where = place.endpoint ?? 'AWS'
  switch (code) {
    case 'SignatureDoesNotMatch':
      return {
        why: 'the secret key is wrong',
        hint: 'Set AWS_SECRET_ACCESS_KEY to the secret that belongs to AWS_ACCESS_KEY_ID.',
      }
    case 'InvalidAccessKeyId':
    case 'InvalidClientTokenId':
      return { why: 'the store does not know the access key', hint: `Set AWS_ACCESS_KEY_ID to a key of ${where}.` }
    case 'ExpiredToken':
    case 'ExpiredTokenException':
    case 'TokenRefreshRequired':
    case 'InvalidToken':
      return { why: 'the session token is no longer valid', hint: 'Get new credentials, including AWS_SESSION_TOKEN.' }
    case 'CredentialsProviderError':
    case 'InvalidCredentials':
      return {
        why: 'no credentials were found',
        hint: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment, or AWS_PROFILE.',
      }
    case 'NoSuchBucket':
      return {
        why: `there is no such bucket at ${where}`,
        hint: 'Create the bucket, or correct `publish.store.bucket` in site.yaml.',
      }
    case 'RequestTimeTooSkewed':
    case 'RequestExpired':
      return {
        why: `this computer’s clock (${new Date().toISOString()}) differs too much from the store’s${theirClock(error)}`,
        hint: 'Set the clock, for example with `timedatectl set-ntp true`. Requests are signed with the time.',
      }
    case 'PermanentRedirect':
    case 'AuthorizationHeaderMalformed':
    case 'IllegalLocationConstraintException':
      return {
        why: 'it is in another region',
        hint: 'Set `publish.store.region` in site.yaml to the bucket’s region.',
      }
    case 'QuotaExceeded':
    case 'InsufficientStorage':
      return { why: 'the store is full, or its quota is used up', hint: `Make room or raise the quota. ${KEPT}` }
    case 'SlowDown':
    case 'ServiceUnavailable':
      return { why: 'the store is overloaded', hint: KEPT }
    case 'InvalidBucketName':
      return { why: 'no bucket can have that name', hint: 'Correct `publish.store.bucket` in site.yaml.' }
    case 'Region is missing':
      return { why: 'its region is not known', hint: 'Set `publish.store.region` in site.yaml, or AWS_REGION.' }
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return {
        why: `the name of ${where} can’t be resolved`,
        hint: `Check \`publish.store.endpoint\` in site.yaml and the network. ${KEPT}`,
      }
    case 'ECONNREFUSED':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return { why: `${where} can’t be reached`, hint: `Check \`publish.store.endpoint\` in site.yaml and the network. ${KEPT}` }
    case 'AbortError':
      return { why: 'it took so long to get through to it that others may publish instead', hint: KEPT }
    case 'ECONNRESET':
    case 'EPIPE':
    case 'ETIMEDOUT':
    case 'TimeoutError':
      return { why: `${where} did not answer in time`, hint: KEPT }
  }
  if (isCertificateCode(code)) {
    return { why: `the certificate of ${where} is not trusted (${code})`, hint: 'Name its authority in NODE_EXTRA_CA_CERTS.' }
  }
  if (status === 403) {
    return { why: 'these credentials may not do that', hint: `Allow ${ACTION[verb]} on the bucket “${place.bucket}”.` }
  }
  if (status !== null && status >= 500)
    return { why: `the store has a fault of its own (${[status, code].filter(Boolean).join(' ')})`, hint: KEPT }
  const said = error instanceof Error ? error.message : String(error)
  return { why: `${code ?? 'it failed'}${said === '' || said === code ? '' : ` (${said})`}`, hint: KEPT }
}

/** The error’s name at the store or in the system: `NoSuchKey`, `ECONNREFUSED`. */
export function codeOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null
  if (error.message === 'Region is missing') return error.message
  for (const field of ['Code', 'code'] as const) {
    const value: unknown = Reflect.get(error, field)
    if (typeof value === 'string' && value !== '') return value
  }
  // Of several addresses that were tried, the first tells.
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0])
  return error.name === 'Error' ? null : error.name
}

/** The HTTP status of the answer, or null where there was none. */
export function statusOf(error: unknown): number | null {
  const metadata: unknown = error instanceof Error ? Reflect.get(error, '$metadata') : null
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return null
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : null
}

function theirClock(error: unknown): string {
  const response: unknown = error instanceof Error ? Reflect.get(error, '$response') : null
  if (typeof response !== 'object' || response === null || !('headers' in response)) return ''
  const headers: unknown = response.headers
  if (typeof headers !== 'object' || headers === null || !('date' in headers)) return ''
  const time = Date.parse(String(headers.date))
  return Number.isNaN(time) ? '' : ` (${new Date(time).toISOString()})`
}

function isCertificateCode(code: string | null): boolean {
  return code !== null && /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/.test(code)
}
