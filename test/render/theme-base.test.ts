import { describe, expect, test } from 'vitest'
import { themePath } from '../../src/build/dev/theme-watch.ts'
import { compileTheme } from '../../src/render/theme/compile.ts'
import { loadTheme } from '../../src/render/theme/load.ts'
import { sampleProps } from './sample-props.ts'
import { BUILT_IN, folderOf } from './theme-folders.ts'

const MINE = { 'mine/theme.json': '{ "base": "default" }' }
const footer = (words: string) => `export const Footer = () => <footer>${words}</footer>`
const compile = (files: Readonly<Record<string, string>>) =>
  compileTheme({ themesDirs: [folderOf({ ...MINE, ...files }), BUILT_IN], name: 'mine' })
const shown = async (files: Readonly<Record<string, string>>) => {
  const { source } = await compile(files)
  return (await loadTheme(source)).render('NotFound', sampleProps('Hello').NotFound)
}

describe('A theme based on another', () => {
  test('has what it does not have itself from there', async () => {
    expect(await shown({})).toContain('class="site-footer"')
  })

  test('hides a file of its base by one of the same path', async () => {
    expect(await shown({ 'mine/components/Footer.tsx': footer('Mine') })).toContain('<footer>Mine</footer>')
  })

  test('can use the file it hides', async () => {
    const around = `import { Footer as Base } from 'theme:base/components/Footer.tsx'
      export const Footer = ({ page }) => <div class="round"><Base page={page} /></div>`
    expect(await shown({ 'mine/components/Footer.tsx': around })).toMatch(/<div class="round"><footer class="site-footer">/)
  })

  test('lies upon what the site has changed in its base', async () => {
    expect(await shown({ 'default/components/Footer.tsx': footer('The site’s') })).toContain('<footer>The site’s</footer>')
  })

  test('is told of a fault in its base by that one’s name', async () => {
    await expect(compile({ 'default/components/Footer.tsx': 'export const Footer = <' })).rejects.toThrow(
      'themes/default/components/Footer.tsx:1',
    )
  })

  test.each([
    ['names a theme that is not there', '{ "base": "nowhere" }', /based on "nowhere", and there is no theme/],
    ['is not JSON', 'base: default', /themes\/mine\/theme\.json can’t be used/],
    ['names a folder outside', '{ "base": "../default" }', /themes\/mine\/theme\.json can’t be used/],
  ])('is refused when its theme.json %s', async (_, json, message) => {
    await expect(compile({ 'mine/theme.json': json })).rejects.toThrow(message)
  })

  test('may be named by its own base without harm', async () => {
    const files = { 'default/theme.json': '{ "base": "mine" }' }
    expect(await shown(files)).toContain('class="site-footer"')
  })

  test('is watched with its base', () => {
    const dir = folderOf({ ...MINE, 'default/style.css': '', 'other/style.css': '' })
    expect(themePath([dir], 'mine', `${dir}/default/style.css`)).toBe('themes/default/style.css')
    expect(themePath([dir], 'mine', `${dir}/mine/style.css`)).toBe('themes/mine/style.css')
    expect(themePath([dir], 'mine', `${dir}/other/style.css`)).toBeNull()
  })
})
