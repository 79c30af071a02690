import { expect, it } from 'vitest'
import { checkOutDir } from '../../src/cli/out-dir-check.ts'

it.each(['/site', '/', '/site/content', '/site/content/posts', '/site/themes/x', '/site/media'])(
  'A site is not built into %s, among its own files',
  (out) => {
    expect(() => checkOutDir('/site', out)).toThrow('that is where its own files are')
  },
)

it.each(['/site/dist', '/elsewhere', '/site/contents', '/site2'])('A site is built into %s', (out) => {
  expect(() => checkOutDir('/site', out)).not.toThrow()
})
