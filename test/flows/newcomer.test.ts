import { execSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { drowse } from './product.ts'

let root = ''
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'drowse-newcomer-')))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const file = (...path: readonly string[]) => readFileSync(join(root, ...path), 'utf8')
const inRoot = (...args: readonly string[]) => drowse(args, { npm_command: '' }, root)

describe('drowse init', () => {
  it('makes a site that builds without a word of complaint', async () => {
    expect((await inRoot('init', 'my-site')).code).toBe(0)
    expect(await inRoot('build', 'my-site')).toMatchObject({ code: 0, stderr: '' })
    expect(file('my-site/dist/posts/hello/index.html')).toContain('This is the first post')
    expect(file('my-site/dist/index.html')).toContain('My site')
  })

  it('tells commands that work in the folder it was run in', async () => {
    const { stdout } = await inRoot('init', 'my-site')
    const told = [...stdout.matchAll(/^ {2}(node \S+ (?:new .*?"A title"|build) \S+)/gm)].map(([, command = '']) => command)
    expect(told.map((command) => execSync(command, { cwd: root, encoding: 'utf8' }))).toEqual([
      expect.stringContaining('my-site/content/posts/a-title.md'),
      expect.stringContaining(`${root}/my-site/dist`),
    ])
  })

  it('takes the folder of a new repository, and leaves every file of it as it was', async () => {
    mkdirSync(join(root, '.git'))
    writeFileSync(join(root, 'README.md'), 'Mine.')
    writeFileSync(join(root, '.gitignore'), 'secret\ndist/')
    expect((await inRoot('init')).code).toBe(0)
    expect(file('README.md')).toBe('Mine.')
    expect(file('.gitignore')).toBe('secret\ndist/\n.drowse/\nnode_modules/\n')
  })

  it('writes nothing into a folder that holds something else', async () => {
    writeFileSync(join(root, 'thesis.docx'), '')
    const { code, stderr } = await inRoot('init')
    expect([code, stderr]).toEqual([1, expect.stringContaining('thesis.docx')])
    expect(readdirSync(root)).toEqual(['thesis.docx'])
  })

  it('says of a site that it is one', async () => {
    await inRoot('init')
    expect((await inRoot('init')).stderr).toContain('`drowse dev` shows it')
  })

  it('prints what it wrote as JSON', async () => {
    const { stdout } = await inRoot('init', 'my-site', '--json')
    const { site, files } = JSON.parse(stdout)
    expect(files.every((path: string) => existsSync(join(site, path)))).toBe(true)
  })
})

describe('drowse new', () => {
  beforeEach(async () => {
    await inRoot('init')
  })

  it('names the file after the title, and what it begins is published', async () => {
    expect((await inRoot('new', 'post', 'Hello, owls & others')).stdout).toBe('content/posts/hello-owls-others.md\n')
    expect((await inRoot('new', 'post', 'Привет, мир')).stdout).toBe('content/posts/privet-mir.md\n')
    expect((await inRoot('new', 'note', 'A: b # c')).stdout).toBe('content/notes/a-b-c.md\n')
    expect((await inRoot('new', 'page', 'About')).stdout).toBe('content/about.md\n')
    expect((await inRoot('new', 'product', '@Lamp')).stdout).toBe('content/products/lamp.md\n')
    expect(await inRoot('build')).toMatchObject({ code: 0, stderr: '' })
    expect(file('dist/posts/hello-owls-others/index.html')).toContain('Hello, owls &amp; others')
    expect(file('dist/posts/privet-mir/index.html')).toContain('Привет, мир')
    expect(file('dist/notes/a-b-c/index.html')).toContain('A: b # c')
    expect(file('dist/about/index.html')).toContain('About')
    expect(file('dist/products/lamp/index.html')).toContain('@Lamp')
  })

  it('finds the site above the folder it is run in', async () => {
    const { stdout } = await drowse(['new', 'post', 'Deep'], {}, join(root, 'content', 'posts'))
    expect(stdout).toBe('deep.md\n')
    expect(existsSync(join(root, 'content/posts/deep.md'))).toBe(true)
  })

  it('dates a post with the present, so that it is shown at once', async () => {
    const before = Date.now()
    await inRoot('new', 'post', 'Now')
    const date = /^date: (.*)$/m.exec(file('content/posts/now.md'))?.[1]
    expect(Math.abs(Date.parse(String(date)) - before)).toBeLessThan(60_000)
  })

  it('overwrites nothing', async () => {
    writeFileSync(join(root, 'content/posts/mine.md'), 'Mine.')
    const { code, stderr } = await inRoot('new', 'post', 'Mine')
    expect([code, stderr]).toEqual([1, expect.stringContaining('content/posts/mine.md is there already')])
    expect(file('content/posts/mine.md')).toBe('Mine.')
  })

  it('begins nothing that would be published where another entry is', async () => {
    mkdirSync(join(root, 'content/posts/mine'))
    writeFileSync(join(root, 'content/posts/mine/index.md'), '---\ntitle: Mine\ndate: 2024-01-01\n---\n')
    expect((await inRoot('new', 'post', 'Mine')).stderr).toContain('content/posts/mine/index.md is there already')
  })

  it.each([
    ['post', '…'],
    ['post', 'Index'],
    ['page', 'Profile'],
    ['page', 'Products'],
  ])('begins no %s “%s”, whose file would be something else', async (kind, title) => {
    expect((await inRoot('new', kind, title)).stderr).toContain('No name')
  })

  it('writes where site.yaml says the posts are', async () => {
    writeFileSync(join(root, 'site.yaml'), 'title: S\nurl: https://s.example\ncontent: { post: articles }\n')
    expect((await inRoot('new', 'post', 'Moved')).stdout).toBe('articles/moved.md\n')
  })

  it('says how to begin a site where there is none', async () => {
    rmSync(join(root, 'site.yaml'))
    const { code, stderr } = await inRoot('new', 'post', 'Lost')
    expect([code, stderr]).toEqual([1, expect.stringContaining('drowse init')])
  })
})
