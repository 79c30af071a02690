import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drowse, type Product, startProduct, workplace } from './product.ts'
import { getText } from './visitor.ts'

const FIXTURES = join(import.meta.dirname, '..', 'fixtures', 'import')
const DISQUS = join(FIXTURES, 'disqus.xml')
const WORDPRESS = join(FIXTURES, 'wordpress-comments.xml')

describe('comments of another system', () => {
  const place = workplace()
  let product: Product
  let owner: readonly string[]

  const importing = async (file: string, ...options: string[]) => {
    const { code, stdout, stderr } = await drowse(['import-comments', file, ...options, ...owner])
    expect(stderr).toBe('')
    expect(code).toBe(0)
    return stdout
  }

  beforeAll(async () => {
    const first = join(place.siteDir, 'content/posts/first.md')
    writeFileSync(first, readFileSync(first, 'utf8').replace(/^---\n/, '---\naliases: [/2018/first.html]\n'))
    product = await startProduct(place)
    owner = ['--to', product.url, '--token', (await drowse(['token', place.siteDir, '--data', place.dataDir])).stdout.trim()]
  })
  afterAll(async () => {
    await product?.kill()
    place.clear()
  })

  it('are looked at without adding any', async () => {
    const before = await getText(product.url, '/posts/first/')
    expect(await importing(DISQUS, '--dry-run')).toBe(
      [
        'Disqus: 3 comments, 1 answer among them, from 2018-02-02 to 2018-02-05; left out: 1 spam, 1 deleted',
        '     2  /posts/first/  was /2018/first.html',
        '     1  nowhere  was /gone/',
        '2 comments would be added, 1 for pages that this site does not have.',
        '',
      ].join('\n'),
    )
    expect(await getText(product.url, '/posts/first/')).toBe(before)
  })

  it('come with their dates, names and threads, sanitised as any other, by an alias of their page', async () => {
    expect(await importing(DISQUS)).toContain('2 comments added, 1 for pages that this site does not have.')

    const page = await getText(product.url, '/posts/first/')
    expect(page).toMatch(/id="comment-1"[\s\S]*datetime="2018-02-02T08:30:00[\s\S]*<p>First \*to\* write\.<br>\nTwo lines\.<\/p>/)
    expect(page).toMatch(
      /<ol class="thread"><li><article[^>]*id="comment-2"[\s\S]*Max Power[\s\S]*<strong>bold<\/strong> &#x26; <a href="https:\/\/example\.org\/" rel="nofollow ugc noopener">linked<\/a>/,
    )
    expect(page).not.toMatch(/alert\(1\)|max@example\.org|192\.0\.2/)
  })

  it('come once, however often they are imported', async () => {
    const before = await getText(product.url, '/posts/first/')
    expect(await importing(DISQUS)).toContain('0 comments added, 2 there already')
    expect(await getText(product.url, '/posts/first/')).toBe(before)
  })

  it('come from WordPress too: what waits there waits here, and the author is the owner', async () => {
    expect(await importing(WORDPRESS)).toBe(
      [
        'WordPress: 3 comments, 1 answer among them, from 2019-05-01 to 2019-05-04; left out: 1 pingback, 1 spam',
        '     3  /posts/second/',
        '3 comments added.',
        '',
      ].join('\n'),
    )
    const page = await getText(product.url, '/posts/second/')
    expect(page).toMatch(/<p>One line<br>\nand another\.<\/p>\n<p><em>A paragraph\.<\/em><\/p>/)
    expect(page).toMatch(/id="comment-4"[\s\S]*class="badge"[\s\S]*Thanks!/)
    expect(page).not.toMatch(/Not read yet|Buy|\[\.\.\.\]|example\.net/)
    expect((await drowse(['comments', ...owner])).stdout).toMatch(/^5 .*Eve/)
  })

  it('are exported whole, with addresses only where asked for, and taken by another site', async () => {
    const { stdout } = await drowse(['comments', '--export', ...owner])
    expect(stdout).not.toContain('@example')
    expect(JSON.parse(stdout).comments).toMatchObject([
      { number: 1, page: '/posts/first/', parent: null, author: 'Vera', date: '2018-02-02T08:30:00.000Z', state: 'shown' },
      { number: 2, page: '/posts/first/', parent: 1, author: 'Max Power' },
      { number: 3, page: '/posts/second/', author: 'Bob' },
      { number: 4, parent: 3, byOwner: true },
      { number: 5, state: 'held' },
    ])
    const withEmails = (await drowse(['comments', '--export', '--emails', ...owner])).stdout
    expect(withEmails).toContain('"email": "bob@example.net"')

    const file = join(place.root, 'comments.json')
    writeFileSync(file, withEmails)
    expect(await importing(file, '--dry-run')).toContain('Drowse: 5 comments, 2 answers among them')
  })

  it('are refused where the file is none', async () => {
    const file = join(place.root, 'broken.xml')
    writeFileSync(file, '<disqus><post>')
    const broken = await drowse(['import-comments', file, ...owner])
    expect(broken.code).not.toBe(0)
    expect(broken.stderr).toContain('this XML is broken')
    writeFileSync(file, '<opml/>')
    expect((await drowse(['import-comments', file, ...owner])).stderr).toContain('no export of WordPress or Disqus')
    expect((await drowse(['import-comments', join(place.root, 'nowhere'), ...owner])).stderr).toContain('There is no file')
  })

  it('can be brought by the owner alone', async () => {
    const headers = { 'content-type': 'application/json', origin: product.url }
    for (const kind of ['comment.import', 'comment.export']) {
      const body = JSON.stringify({ dry: false, comments: [], after: 0 })
      expect((await fetch(`${product.url}/-/${kind}`, { method: 'POST', body, headers })).status).toBe(401)
    }
  })
})
