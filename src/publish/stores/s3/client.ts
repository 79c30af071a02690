import { S3Client } from '@aws-sdk/client-s3'

/** How to reach a bucket. */
export interface S3Options {
  readonly bucket: string
  /** Of the store, such as `https://s3.example.org`; AWS’s own by default. */
  readonly endpoint?: string | undefined
  /** The AWS default chain’s by default, `us-east-1` with an endpoint of your own. */
  readonly region?: string | undefined
  /** Goes before every key, such as `blog/`. */
  readonly prefix?: string | undefined
  /** The AWS default chain by default: environment, shared files, container, instance. */
  readonly credentials?:
    | { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string }
    | undefined
  /** `https://store/bucket/key` instead of `https://bucket.store/key`; by default so with an endpoint of your own. */
  readonly forcePathStyle?: boolean | undefined
  readonly timeouts?: Partial<S3Timeouts> | undefined
}

export interface S3Timeouts {
  readonly connectMs: number
  /** Without a byte in either direction. */
  readonly idleMs: number
}

/** The object metadata that holds the SHA-256 of the bytes, hex. ETags are no hash of anything on many stores. */
export const HASH_METADATA = 'sha256'
const TIMEOUTS: S3Timeouts = { connectMs: 5_000, idleMs: 20_000 }
const ATTEMPTS = 4
const SOCKETS = 64

/** A client that keeps its connections, gives up on silent ones, and tries again what a store may do better the next time. */
export function s3Client({ endpoint, region, credentials, forcePathStyle, timeouts }: S3Options): S3Client {
  const { connectMs, idleMs } = { ...TIMEOUTS, ...timeouts }
  const isOwnEndpoint = endpoint !== undefined
  const regionOrDefault = region ?? (isOwnEndpoint ? 'us-east-1' : undefined)
  const client = new S3Client({
    ...(isOwnEndpoint ? { endpoint } : {}),
    ...(regionOrDefault === undefined ? {} : { region: regionOrDefault }),
    ...(credentials === undefined ? {} : { credentials }),
    forcePathStyle: forcePathStyle ?? isOwnEndpoint,
    maxAttempts: ATTEMPTS,
    retryMode: 'standard',
    requestHandler: {
      connectionTimeout: connectMs,
      socketTimeout: idleMs,
      httpAgent: { keepAlive: true, maxSockets: SOCKETS },
      httpsAgent: { keepAlive: true, maxSockets: SOCKETS },
    },
    // Many stores refuse or ignore the newer checksum headers. The signed SHA-256 of the payload does the same, everywhere.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
  signWithKnownHash(client)
  return client
}

/** The signature covers the payload’s SHA-256; where it is known already, it is not computed a second time. */
function signWithKnownHash(client: S3Client): void {
  client.middlewareStack.add(
    (next) => (args) => {
      const { input, request } = args
      const known = 'Metadata' in input ? input.Metadata?.[HASH_METADATA] : undefined
      if (known !== undefined && hasHeaders(request)) request.headers['x-amz-content-sha256'] = known
      return next(args)
    },
    { step: 'build', name: 'signWithKnownHash' },
  )
}

function hasHeaders(request: unknown): request is { headers: Record<string, string> } {
  return typeof request === 'object' && request !== null && 'headers' in request
}
