import { randomUUID } from 'node:crypto'
import { CloudFrontClient, CreateInvalidationCommand } from '@aws-sdk/client-cloudfront'
import { DrowseError } from '../../errors/drowse-error.ts'
import { foldPaths } from './fold.ts'
import { encodePath } from './paths.ts'
import type { Purge } from './types.ts'

export interface CloudFrontOptions {
  readonly distribution: string
  readonly credentials?:
    | { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string }
    | undefined
  /** For tests. */
  readonly endpoint?: string | undefined
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

// A distribution takes 15 patterns with a wildcard at a time,
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-invalidations
const MOST_PATTERNS = 15
// The first 1,000 paths of a month are free, then each is $0.005; `/*` is one path, https://aws.amazon.com/cloudfront/pricing/
const FREE_PATHS = 1_000

/**
 * Invalidates paths of a CloudFront distribution. Up to 15 go as they are, more are folded into folders. When this process has used up what is free
 * in a month (UTC), each order becomes the one path `/*`: fetching a site anew costs less than a second path.
 */
export function cloudFrontPurge({ distribution, credentials, endpoint, now = Date.now }: CloudFrontOptions) {
  // CloudFront is one for all regions; its requests are signed for this one.
  const client = new CloudFrontClient({
    region: 'us-east-1',
    ...(credentials === undefined ? {} : { credentials }),
    ...(endpoint === undefined ? {} : { endpoint }),
  })
  let used = { month: '', paths: 0 }

  return {
    name: 'cloudfront',
    async purge(paths) {
      const month = new Date(now()).toISOString().slice(0, 7)
      if (used.month !== month) used = { month, paths: 0 }
      const isFree = used.paths + Math.min(paths.length, MOST_PATTERNS) <= FREE_PATHS
      const Items = foldPaths(paths, isFree ? MOST_PATTERNS : 1).map(encodePattern)
      const batch = { Paths: { Quantity: Items.length, Items }, CallerReference: randomUUID() }
      try {
        await client.send(new CreateInvalidationCommand({ DistributionId: distribution, InvalidationBatch: batch }))
      } catch (cause) {
        throw failure(cause, distribution)
      }
      used.paths += Items.length
    },
  } satisfies Purge
}

function encodePattern(pattern: string): string {
  return pattern.endsWith('*') ? `${encodePath(pattern.slice(0, -1))}*` : encodePath(pattern)
}

function failure(cause: unknown, distribution: string): DrowseError {
  const name = cause instanceof Error ? cause.name : String(cause)
  return new DrowseError('purge-failed', `CloudFront did not take the order to forget pages (${name}).`, {
    hint: hintFor(name, distribution),
    cause,
  })
}

function hintFor(name: string, distribution: string): string {
  switch (name) {
    case 'NoSuchDistribution':
      return `There is no distribution “${distribution}”. Correct \`publish.purge.distribution\` in site.yaml.`
    case 'AccessDenied':
    case 'AccessDeniedException':
      return `Allow \`cloudfront:CreateInvalidation\` on the distribution “${distribution}”.`
    case 'CredentialsProviderError':
      return 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment, or AWS_PROFILE.'
    case 'TooManyInvalidationsInProgress':
      return 'CloudFront is still at earlier orders. This one is tried again.'
    default:
      return 'It is tried again. Until then readers may see copies as old as a minute.'
  }
}
