import { request } from 'node:http'
import { PutBucketPolicyCommand, PutBucketWebsiteCommand } from '@aws-sdk/client-s3'
import { expect, inject, it } from 'vitest'
import { redirectObject } from '../../../src/publish/redirects.ts'
import { s3Store } from '../../../src/publish/stores/s3.ts'
import { labClient, newBucket } from './buckets.ts'

const lab = inject('s3Lab')

it('a page that leads on is a redirect at the bucket’s website endpoint, also to a name in another script', async () => {
  const options = await newBucket(lab)
  const store = await s3Store(options)
  for (const { info, bytes } of [
    redirectObject('old/index.html', '/posts/a/'),
    redirectObject('far/index.html', '/заметки/привет/'),
  ])
    await store.put(`site/${info.key}`, bytes, info)
  const client = labClient(lab)
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `arn:aws:s3:::${options.bucket}/*` }],
  })
  await client.send(new PutBucketPolicyCommand({ Bucket: options.bucket, Policy }))
  const WebsiteConfiguration = { IndexDocument: { Suffix: 'index.html' } }
  await client.send(new PutBucketWebsiteCommand({ Bucket: options.bucket, WebsiteConfiguration }))
  client.destroy()

  expect(await ask(options.bucket, '/site/old/index.html')).toEqual([301, '/posts/a/'])
  const [status, target] = await ask(options.bucket, '/site/far/index.html')
  expect([status, decodeURIComponent(target ?? '')]).toEqual([301, '/заметки/привет/'])
})

/** A GET of the website endpoint, which is told by the host’s name; on a connection of its own, since this gateway answers a redirected request twice. */
function ask(bucket: string, path: string): Promise<readonly [number | undefined, string | undefined]> {
  return new Promise((resolve, reject) => {
    const headers = { Host: `${bucket}.s3-website.localhost` }
    const asked = request(`${lab.endpoint}${path}`, { headers, agent: false }, (answer) => {
      answer.resume()
      resolve([answer.statusCode, answer.headers.location?.replace(/^https?:\/\/[^/]+/, '')])
    })
    asked.on('error', reject).end()
  })
}
