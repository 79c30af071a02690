import { once } from 'node:events'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { startLab } from './ceph.ts'

/** `npm run lab:s3`: a real S3 server for a person to publish to, until Ctrl-C. Nothing of it stays. */
const BUCKET = 'my-site'

const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
const { lab, stop } = await startLab((line) => console.error(line))
try {
  const { endpoint, region, owner: credentials } = lab
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
  await client.send(new CreateBucketCommand({ Bucket: BUCKET }))
  client.destroy()
  console.log(`
A Ceph RADOS Gateway answers at ${endpoint} and has a bucket “${BUCKET}”. For site.yaml:

publish:
  store:
    type: s3
    endpoint: ${endpoint}
    region: ${region}
    bucket: ${BUCKET}

For the shell that runs drowse:

export AWS_ACCESS_KEY_ID=${credentials.accessKeyId} AWS_SECRET_ACCESS_KEY=${credentials.secretAccessKey}

Ctrl-C stops it and throws away what it holds.`)
  await stopped
} finally {
  console.error('Stopping the gateway, the disk and the monitor …')
  await stop()
}
