import { describe, expect, it } from 'vitest'
import { readSiteConfig } from '../../src/config/read-site-config.ts'

const read = (...lines: readonly string[]) =>
  readSiteConfig('site.yaml', ['title: My site', 'url: https://example.org', 'publish:', ...lines, ''].join('\n'))

describe('publish: in site.yaml', () => {
  it('names a bucket and a purge, and holds no credentials', () => {
    const { config, problems } = read(
      '  store: {type: s3, bucket: my-site, endpoint: "http://127.0.0.1:7480", region: eu-central-1, prefix: blog/}',
      '  purge: {type: http, url: "https://cache.example.org"}',
    )
    expect(problems).toEqual([])
    expect(config?.publish).toMatchObject({
      store: { type: 's3', bucket: 'my-site', endpoint: 'http://127.0.0.1:7480', region: 'eu-central-1', prefix: 'blog/' },
      purge: { type: 'http', url: 'https://cache.example.org', mode: 'each' },
    })
  })

  it.each([
    ['a bucket without a name', '  store: {type: s3}'],
    ['a store of no known kind', '  store: {type: ftp, bucket: a}'],
    ['a prefix with a slash at its begin', '  store: {type: s3, bucket: a, prefix: /blog/}'],
    ['an endpoint that is no address', '  store: {type: s3, bucket: a, endpoint: localhost}'],
    ['a secret', '  store: {type: s3, bucket: a, secretAccessKey: x}'],
    ['a distribution without a name', '  purge: {type: cloudfront}'],
  ])('refuses %s', (_what, line) => {
    const { config, problems } = read(line)
    expect(config).toBeNull()
    expect(problems.map(({ line, severity }) => [line, severity])).toEqual([[4, 'error']])
  })
})
