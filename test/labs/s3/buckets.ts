import { randomBytes } from 'node:crypto'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import type { S3Options } from '../../../src/publish/stores/s3.ts'
import type { Lab } from './ceph.ts'

/** A client with the owner's rights, for what a test arranges and looks at behind the store's back. */
export function labClient({ endpoint, region, owner }: Lab): S3Client {
  return new S3Client({ endpoint, region, credentials: owner, forcePathStyle: true, requestChecksumCalculation: 'WHEN_REQUIRED' })
}

/** Makes a new bucket and returns the store options for it. */
export async function newBucket(lab: Lab): Promise<S3Options> {
  const bucket = `b-${randomBytes(6).toString('hex')}`
  const client = labClient(lab)
  await client.send(new CreateBucketCommand({ Bucket: bucket }))
  client.destroy()
  return { bucket, endpoint: lab.endpoint, region: lab.region, credentials: lab.owner }
}
