import { afterAll, beforeAll, inject, vi } from 'vitest'
import { publishVerbs } from '../../contract/publish-verbs.ts'
import { newBucket } from './buckets.ts'

const lab = inject('s3Lab')
beforeAll(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', lab.owner.accessKeyId)
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', lab.owner.secretAccessKey)
})
afterAll(() => void vi.unstubAllEnvs())

publishVerbs('Ceph RGW', async () => {
  const { bucket } = await newBucket(lab)
  return { type: 's3', bucket, endpoint: lab.endpoint, region: lab.region }
})
