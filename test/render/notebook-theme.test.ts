import { HtmlValidate } from 'html-validate'
import { beforeAll, describe, expect, test } from 'vitest'
import { compileTheme } from '../../src/render/theme/compile.ts'
import { type LoadedTheme, loadTheme } from '../../src/render/theme/load.ts'
import { type CompiledTheme, TEMPLATE_NAMES } from '../../src/render/theme/types.ts'
import { sampleProps } from './sample-props.ts'
import { BUILT_IN } from './theme-folders.ts'

const validator = new HtmlValidate({ root: true, extends: ['html-validate:recommended'] })

let compiled: CompiledTheme
let theme: LoadedTheme
beforeAll(async () => {
  compiled = await compileTheme({ themesDirs: [BUILT_IN], name: 'notebook' })
  theme = await loadTheme(compiled.source)
})

describe('The notebook theme', () => {
  test.each(TEMPLATE_NAMES)('renders %s as valid HTML, without script or inline style', async (name) => {
    const html = theme.render(name, sampleProps('Hello')[name])
    const { results } = await validator.validateString(html)

    expect(results.flatMap(({ messages }) => messages)).toEqual([])
    expect(html).not.toMatch(/<script(?! type="application\/ld\+json">)|<style|\sstyle=/)
  })

  test('fetches no font, and keeps its style sheet within 24 kB', () => {
    expect(compiled.assets.filter(({ name }) => name.endsWith('.woff2'))).toEqual([])
    expect(compiled.assets.find(({ name }) => name === 'style.css')?.bytes.length).toBeLessThanOrEqual(24_000)
  })
})
