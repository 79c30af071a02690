import { execFile } from 'node:child_process'
import { hash } from 'node:crypto'
import { mkdtempSync, realpathSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { compileTheme } from '../../src/render/theme/compile.ts'
import { loadTheme } from '../../src/render/theme/load.ts'
import { TEMPLATE_NAMES } from '../../src/render/theme/types.ts'
import { sampleProps } from './sample-props.ts'
import { BUILT_IN } from './theme-folders.ts'

const run = promisify(execFile)
const SOURCES = join(import.meta.dirname, '../../src')

let source: string
beforeAll(async () => {
  source = (await compileTheme({ themesDirs: [BUILT_IN], name: 'default' })).source
})

/** A theme whose templates are all this function. */
const themeOf = (component: string) => TEMPLATE_NAMES.map((name) => `export const ${name} = ${component}`).join('\n')

describe('Loading a theme', () => {
  test('mends a file of it that a killed machine left without its bytes', async () => {
    const data = mkdtempSync(join(tmpdir(), 'drowse-guest-'))
    const theme = themeOf('() => "mended"')
    const name = `theme-${hash('sha256', theme).slice(0, 16)}.mjs`
    writeFileSync(join(data, name), '')
    expect((await loadTheme(theme, data)).render('NotFound', sampleProps('Hello').NotFound)).toContain('mended')
  })

  test.each(['file', 'memory'])('works under the permission model with only its data folder, from a %s', async (from) => {
    const data = realpathSync(mkdtempSync(join(tmpdir(), 'drowse-guest-')))
    writeFileSync(join(data, 'theme.js.txt'), source)
    writeFileSync(
      join(data, 'guest.ts'),
      `import { readFileSync } from 'node:fs'
       import { loadTheme } from ${JSON.stringify(join(SOURCES, 'render/theme/load.ts'))}
       const data = ${JSON.stringify(data)}
       const theme = await loadTheme(readFileSync(data + '/theme.js.txt', 'utf8'), ${from === 'file' ? 'data' : 'undefined'})
       process.stdout.write(theme.render('NotFound', ${JSON.stringify(sampleProps('Hello').NotFound)}))`,
    )

    const { stdout } = await run(process.execPath, [
      '--permission',
      `--allow-fs-read=${data}`,
      `--allow-fs-read=${SOURCES}`,
      `--allow-fs-write=${data}`,
      join(data, 'guest.ts'),
    ])

    expect(stdout).toBe((await loadTheme(source)).render('NotFound', sampleProps('Hello').NotFound))
  })

  test('names the template and the component that threw', async () => {
    const theme = await loadTheme(themeOf('function Broken() { throw new TypeError("no price") }'))

    expect(() => theme.render('Product', sampleProps('x').Product)).toThrow(
      expect.objectContaining({
        code: 'theme-invalid',
        message: 'The template Product failed in Broken: no price',
        details: { template: 'Product', component: 'Broken' },
      }),
    )
  })

  test.each(['async () => "late"', '() => ({ toString: () => Promise.resolve("late") })'])(
    'refuses a template that waits: %s',
    async (component) => {
      const theme = await loadTheme(themeOf(component))

      expect(() => theme.render('Terms', sampleProps('x').Terms)).toThrow(
        expect.objectContaining({ code: 'theme-invalid', details: { template: 'Terms' } }),
      )
    },
  )

  test('joins what a template gives as a list, as JSX does', async () => {
    const theme = await loadTheme(themeOf('() => [{ isEscaped: true, toString: () => "<i>a</i>" }, null, ["<b>b</b>"]]'))

    expect(theme.render('Terms', sampleProps('x').Terms)).toBe('<!DOCTYPE html><i>a</i><b>b</b>')
  })

  test('refuses a module that lacks a template', async () => {
    await expect(loadTheme('export const Home = () => ""')).rejects.toMatchObject({
      code: 'theme-invalid',
      message: 'The theme exports no component "Post".',
    })
  })

  test('refuses a source that is no module', async () => {
    await expect(loadTheme('export const = 1')).rejects.toMatchObject({ code: 'theme-invalid' })
  })
})
