import { afterEach, describe, expect, it } from 'vitest'
import { cloudFrontPurge } from '../../../src/publish/purge/cloudfront.ts'
import { type StandIn, startStandIn, type TakenRequest } from './stand-in.ts'

const TAKEN = {
  status: 201,
  body: '<Invalidation><Id>I1</Id><Status>InProgress</Status><CreateTime>2026-01-01T00:00:00Z</CreateTime></Invalidation>',
}
const refused = (status: number, code: string) => ({
  status,
  body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>No.</Message></Error></ErrorResponse>`,
})
const servers: StandIn[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

async function distribution(
  answer: (request: TakenRequest) => { status: number; body?: string } = () => TAKEN,
  now?: () => number,
) {
  const server = await startStandIn(answer)
  servers.push(server)
  const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' }
  const purge = cloudFrontPurge({ distribution: 'E1', endpoint: server.url, credentials, ...(now === undefined ? {} : { now }) })
  return { server, purge }
}

const pathsIn = ({ body }: TakenRequest) => [...body.matchAll(/<Path>(.*?)<\/Path>/g)].map(([, path]) => path)
const many = (count: number) => Array.from({ length: count }, (_, n) => `/p${n}/`)

describe('cloudFrontPurge', () => {
  it('sends one signed order for all paths, encoded', async () => {
    const { server, purge } = await distribution()
    await purge.purge(['/', '/posts/a/', '/tags/мир/'])
    expect(server.taken).toHaveLength(1)
    const [request] = server.taken
    expect(request).toMatchObject({ method: 'POST', url: expect.stringMatching(/^\/2020-05-31\/distribution\/E1\/invalidation/) })
    expect(request?.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=key\/\d{8}\/us-east-1\/cloudfront\/aws4_request/)
    expect(request && pathsIn(request)).toEqual(['/', '/posts/a/', '/tags/%D0%BC%D0%B8%D1%80/'])
    expect(request?.body).toContain('<Quantity>3</Quantity>')
  })

  it('folds more than 15 paths', async () => {
    const { server, purge } = await distribution()
    await purge.purge(['/', ...many(40).map((path) => `/posts${path}`)])
    expect(server.taken.map(pathsIn)).toEqual([['/', '/posts/*']])
  })

  it('asks for the whole site as one path when the free ones of the month are used up', async () => {
    let time = Date.UTC(2026, 0, 31)
    const { server, purge } = await distribution(undefined, () => time)
    for (let n = 0; n < 100; n++) await purge.purge(many(10))
    await purge.purge(many(10))
    time = Date.UTC(2026, 1, 1)
    await purge.purge(many(10))
    expect(server.taken.map((request) => pathsIn(request).length).slice(99)).toEqual([10, 1, 10])
    expect(server.taken[100] && pathsIn(server.taken[100])).toEqual(['/*'])
  })

  it.each([
    [400, 'TooManyInvalidationsInProgress', 'tried again'],
    [404, 'NoSuchDistribution', 'publish.purge.distribution'],
    [403, 'AccessDenied', 'cloudfront:CreateInvalidation'],
  ])('says what to do about %i %s', async (status, code, hint) => {
    const { purge } = await distribution(() => refused(status, code))
    await expect(purge.purge(['/'])).rejects.toMatchObject({
      code: 'purge-failed',
      retry: true,
      hint: expect.stringContaining(hint),
    })
  })
})
