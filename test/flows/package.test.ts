import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startGateway, workplace } from './product.ts'
import { commentTexts, getText, postForm } from './visitor.ts'

const ROOT = join(import.meta.dirname, '..', '..')

describe('the package that npm publishes', () => {
  const place = workplace()
  let home = ''
  let bin = ''

  beforeAll(() => {
    // Below node_modules, where Node takes no types away, and where the packages it needs are found.
    home = mkdtempSync(join(ROOT, 'node_modules', '.drowse-package-'))
    const packed = execFileSync('npm', ['pack', '--json', '--silent', '--pack-destination', home], {
      cwd: ROOT,
      encoding: 'utf8',
    })
    const archive = join(home, String(/drowse-[\d.]+\.tgz/.exec(packed)))
    const installed = join(home, 'node_modules', 'drowse')
    mkdirSync(installed, { recursive: true })
    execFileSync('tar', ['-xzf', archive, '-C', installed, '--strip-components=1'])
    const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
    bin = join(installed, manifest.bin.drowse)
  })
  afterAll(() => {
    rmSync(home, { recursive: true, force: true })
    place.clear()
  })

  const run = (...args: readonly string[]) => execFileSync(process.execPath, [bin, ...args], { encoding: 'utf8' })

  it('runs', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    expect(run('--version').trim()).toBe(version)
  })

  it('begins a site and a post in it, and builds them', () => {
    const site = join(place.root, 'begun')
    run('init', site)
    run('new', 'post', 'Owls at noon', site)
    run('build', site)
    expect(existsSync(join(site, 'dist', 'posts', 'owls-at-noon', 'index.html'))).toBe(true)
  })

  it('builds a site', () => {
    const out = join(place.root, 'out')
    run('build', place.siteDir, '--out', out)
    expect(existsSync(join(out, 'posts', 'first', 'index.html'))).toBe(true)
  })

  it('builds a site with a site.ts, whose folder has no packages', () => {
    const site = join(place.root, 'extended')
    run('init', site)
    writeFileSync(
      join(site, 'site.ts'),
      `import { defineSite, entries } from 'drowse/site'
      import { html } from 'hono/html'
      const render = (context) => ({ content: html\`<i>\${context.list(entries.indexes.byKind, 'post').length}</i>\`, contentType: 'text/html' })
      export default defineSite({ routes: [{ name: 'own', pages: () => [{ path: '/own/', argument: null }], render }] })`,
    )
    run('build', site)
    expect(readFileSync(join(site, 'dist', 'own', 'index.html'), 'utf8')).toBe('<i>1</i>')
  })

  it('has the types that a theme is checked by, with the settings that the manual names', () => {
    const [, settings = ''] =
      /```json\n(\{ "compilerOptions".*)\n```/.exec(readFileSync(join(ROOT, 'content/manual/theming.md'), 'utf8')) ?? []
    const components = join(home, 'checked', 'themes', 'default', 'components')
    mkdirSync(components, { recursive: true })
    writeFileSync(join(home, 'checked', 'tsconfig.json'), settings)
    const footer = `import type { PageView } from 'drowse/theme'
      import { raw } from 'hono/html'
      export const Footer = ({ page }: { page: PageView }) => <footer id={page.site.title}>{raw('')}<br /></footer>`
    const check = () => execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', join(home, 'checked')], { encoding: 'utf8' })

    writeFileSync(join(components, 'Footer.tsx'), footer)
    expect(check()).toBe('')
    writeFileSync(join(components, 'Footer.tsx'), footer.replace('site.title', 'site.titel'))
    expect(check).toThrow(expect.objectContaining({ stdout: expect.stringContaining("'titel' does not exist") }))
  })

  it('takes a comment with its own guest', async () => {
    const product = await startGateway([bin, 'start', place.siteDir, '--port', '0', '--data', place.dataDir, '--json'])
    try {
      const response = await postForm(product.url, { text: 'From a package.' })
      expect(response.status).toBe(303)
      expect(commentTexts(await getText(product.url, '/posts/first/'))).toEqual(['From a package.'])
    } finally {
      await product.stop()
    }
  })
})
