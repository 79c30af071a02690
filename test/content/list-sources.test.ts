import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { listSources } from '../../src/content/list-sources.ts'
import { mediaKey, typeOfPath } from '../../src/content/sources.ts'
import { PAGE, POST, PRODUCT, PROFILE } from './reading.ts'

const TYPES = [PAGE, POST, PRODUCT, PROFILE]

let root = ''
let site = ''

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'drowse-sources-'))
  site = join(root, 'site')
  await mkdir(site)
})

afterEach(async () => {
  await rm(root, { recursive: true })
})

async function write(...paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await mkdir(dirname(join(site, path)), { recursive: true })
    await writeFile(join(site, path), path)
  }
}

async function list(content: Record<string, string> = {}) {
  const { entries, media, problems } = await listSources(site, TYPES, { content })
  return { entries: entries.map(({ type, path }) => `${type.kind} ${path}`), media: media.map(({ key }) => key), problems }
}

describe('the files of a site', () => {
  it('belong to the kind whose source is the longest, and to pages where no other holds them', async () => {
    await write(
      'content/about.md',
      'content/posts/b.md',
      'content/posts/2024/a.markdown',
      'content/profile.md',
      'content/shop/cup.md',
      'content/docs/x/y.md',
    )

    expect(await list()).toEqual({
      entries: [
        'page content/about.md',
        'page content/docs/x/y.md',
        'post content/posts/2024/a.markdown',
        'post content/posts/b.md',
        'profile content/profile.md',
        'product content/shop/cup.md',
      ],
      media: [],
      problems: [],
    })
  })

  it('are media beside the content and in media/, each with its key', async () => {
    await write(
      'content/posts/pic.png',
      'content/posts/hello/pic.png',
      'media/photo.jpg',
      'media/notes.md',
      'themes/a.css',
      'README.md',
    )

    expect((await list()).media).toEqual(['posts/hello/pic.png', 'posts/pic.png', 'media/notes.md', 'media/photo.jpg'])
    expect((await list()).entries).toEqual([])
  })

  it('are found on disk by their absolute name', async () => {
    await write('content/a.md')
    const { entries } = await listSources(site, TYPES, { content: {} })

    expect(entries).toEqual([{ file: join(site, 'content/a.md'), path: 'content/a.md', type: PAGE }])
  })

  it('are none in a folder with neither content nor media', async () => {
    expect(await list()).toEqual({ entries: [], media: [], problems: [] })
  })

  it('are not those whose name begins with a dot or ends as an editor’s backup', async () => {
    await write('content/.hidden.md', 'content/.git/a.md', 'content/a.md', 'content/a.md~', 'media/.DS_Store')

    expect(await list()).toMatchObject({ entries: ['page content/a.md'], media: [] })
  })

  it('are not those that a link reaches outside, and links never go round in circles', async () => {
    await write('content/posts/a.md')
    await writeFile(join(root, 'secret.md'), 'secret')
    await symlink(join(root, 'secret.md'), join(site, 'content/secret.md'))
    await symlink(root, join(site, 'content/outside'))
    await symlink(join(site, 'content'), join(site, 'content/posts/loop'))
    await symlink(join(site, 'content/nowhere'), join(site, 'content/broken.md'))
    await symlink('posts/a.md', join(site, 'content/inside.md'))

    const { entries, problems } = await list()
    expect(entries).toEqual(['page content/inside.md', 'post content/posts/a.md'])
    expect(problems.map(({ where, message }) => `${where}: ${message}`).toSorted()).toEqual([
      'content/broken.md: This link leads nowhere, so it is left out.',
      'content/outside: This link leads out of its folder, so it is left out.',
      'content/posts/loop: This link leads to a folder, so it is left out.',
      'content/secret.md: This link leads out of its folder, so it is left out.',
    ])
  })
})

describe('a folder that site.yaml names', () => {
  it('stands in the place of the kind’s own, wherever it is', async () => {
    await write('content/posts/hidden.md', 'content/about.md')
    await mkdir(join(root, 'blog/2024'), { recursive: true })
    await writeFile(join(root, 'blog/2024/a.md'), '')
    await writeFile(join(root, 'blog/pic.png'), '')

    const expected = {
      entries: ['page content/about.md', 'post content/posts/2024/a.md'],
      media: ['posts/pic.png'],
      problems: [],
    }
    expect(await list({ post: join(root, 'blog') })).toEqual(expected)
    expect(await list({ post: '../blog' })).toEqual(expected)
  })

  it('may lie in content/ without its files being pages too', async () => {
    await write('content/blog/a.md', 'content/about.md')

    expect((await list({ post: 'content/blog' })).entries).toEqual(['page content/about.md', 'post content/posts/a.md'])
  })

  it('may be a file, for a kind that is one', async () => {
    await write('me.md')

    expect((await list({ profile: 'me.md' })).entries).toEqual(['profile content/profile.md'])
  })

  it('must be there', async () => {
    expect((await list({ post: 'nowhere' })).problems).toMatchObject([
      {
        where: 'site.yaml',
        rule: 'config/missing-source',
        message: 'What `content.post` names is not there.',
        severity: 'error',
      },
    ])
  })

  it('must be for a kind there is', async () => {
    expect((await list({ posts: 'blog' })).problems).toMatchObject([
      {
        rule: 'config/unknown-kind',
        message: '`content.posts` is no kind of entry.',
        hint: 'Did you mean `post`?',
        severity: 'error',
      },
    ])
  })

  it('can’t be a folder where the kind is one file', async () => {
    await write('me/a.md')

    expect((await list({ profile: 'me' })).problems).toMatchObject([{ rule: 'config/invalid-source' }])
  })
})

describe('a path of the site', () => {
  it.each([
    ['content/posts/a.md', 'post'],
    ['content/posts', undefined],
    ['content/posts.md', 'page'],
    ['content/postscript/a.md', 'page'],
    ['content/profile.md', 'profile'],
    ['content/profile.md/x.md', 'page'],
    ['content/a.png', undefined],
    ['media/a.md', undefined],
    ['site.yaml', undefined],
  ])('%s is of kind %s', (path, kind) => {
    expect(typeOfPath(path, TYPES)?.kind).toBe(kind)
  })

  it.each([
    ['media/photo.jpg', 'media/photo.jpg'],
    ['content/posts/pic.png', 'posts/pic.png'],
    ['content/a.md', null],
    ['site.yaml', null],
    ['themes/default/style.css', null],
  ])('%s is published as %s', (path, key) => {
    expect(mediaKey(path)).toBe(key)
  })
})
