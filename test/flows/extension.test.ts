import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { drowse, type Product, startProduct, type Workplace, workplace } from './product.ts'
import { commentTexts, getText, postForm } from './visitor.ts'

const ROOT = join(import.meta.dirname, '..', '..')

const withText = (text: string) => `import remarkEmoji from 'remark-emoji'
import { defineQuery, defineSite, entries, HTML, pageView } from 'drowse/site'

const titles = defineQuery<null, string[]>('own-titles', (read) =>
  read.list(entries.indexes.byKind, 'post').flatMap(({ key }) => read.row(entries, key)?.title ?? []))

export default defineSite({
  remarkPlugins: [remarkEmoji],
  shortcodes: { kbd: ({ labelHtml }) => '<kbd>' + labelHtml + '</kbd>' },
  queries: [titles],
  routes: [{
    name: 'own',
    pages: () => [{ path: '/own/', argument: null }],
    render(context) {
      const page = pageView(context, { path: '/own/', title: 'Own' })
      return { content: context.template('Frame', { page, slot: ${JSON.stringify(text)} + context.query(titles, null).join() }), contentType: HTML }
    },
  }],
})
`

describe('drowse start with a site.ts', { timeout: 120_000 }, () => {
  let place: Workplace | null = null
  let product: Product | null = null
  afterEach(async () => {
    await product?.stop()
    place?.clear()
  })

  const set = (site: string, code: string) => writeFileSync(join(site, 'site.ts'), code)

  async function begun(code: string): Promise<{ at: Workplace; running: Product }> {
    const at = workplace()
    place = at
    symlinkSync(join(ROOT, 'node_modules'), join(at.siteDir, 'node_modules'))
    writeFileSync(
      join(at.siteDir, 'content/posts/plugged.md'),
      '---\ntitle: Plugged\ndate: 2024-01-01\n---\n\nUp :rocket: with :kbd[Ctrl]{}.\n',
    )
    set(at.siteDir, code)
    const running = await startProduct(at)
    product = running
    return { at, running }
  }

  it('renders in the machine what a build renders, and goes on doing so after a comment and a change', async () => {
    const { at, running } = await begun(withText('Once'))
    const post = await getText(running.url, '/posts/plugged/')
    expect(post).toContain('<p>Up 🚀 with <kbd>Ctrl</kbd>.</p>')
    expect(await getText(running.url, '/own/')).toContain('Once')
    const out = join(at.root, 'out')
    expect(await drowse(['build', at.siteDir, '--out', out])).toMatchObject({ code: 0 })
    expect(readFileSync(join(out, 'posts/plugged/index.html'), 'utf8')).toBe(post)
    expect(readFileSync(join(out, 'own/index.html'), 'utf8')).toBe(await getText(running.url, '/own/'))

    expect((await postForm(running.url, { text: 'From a visitor.' })).status).toBe(303)
    expect(commentTexts(await getText(running.url, '/posts/first/'))).toEqual(['From a visitor.'])
    await running.stop()

    set(at.siteDir, withText('Twice'))
    product = await startProduct(at)
    expect(await getText(product.url, '/own/')).toContain('Twice')
    expect(commentTexts(await getText(product.url, '/posts/first/'))).toEqual(['From a visitor.'])
    await expect.poll(() => product?.batches().map(({ changed }) => changed), { timeout: 20_000 }).toEqual([1])
  })

  it('goes on with the last one where the machine can’t use the new one, or it does not compile', async () => {
    const { at, running } = await begun(withText('Once'))
    await running.stop()
    set(
      at.siteDir,
      `import { readFileSync } from 'node:fs'\nreadFileSync(${JSON.stringify(join(at.siteDir, 'site.yaml'))})\n${withText('Twice')}`,
    )
    const refused = await startProduct(at)
    product = refused
    const { problems } = await refused.line(({ url }) => url !== undefined)
    expect(problems).toMatchObject([{ where: 'site.ts', message: expect.stringContaining('restricted') }])
    expect(await getText(refused.url, '/own/')).toContain('Once')
    await refused.stop()

    set(at.siteDir, 'export default {')
    product = await startProduct(at)
    expect(await getText(product.url, '/own/')).toContain('Once')
    expect(await getText(product.url, '/posts/plugged/')).toContain('🚀')
  })
})
