import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bundleGuest } from '../../../src/machines/image/bundle.ts'

const markdown = fileURLToPath(new URL('../../../src/content/markdown/', import.meta.url))
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drowse-bundle-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('the bundle of a guest', () => {
  it('holds what is loaded only when it is needed, since a machine has nothing else to load it from', async () => {
    const entry = join(folder, 'entry.ts')
    writeFileSync(
      entry,
      `import { highlightCode } from '${markdown}highlight-code.ts'
      import { writeFormulas } from '${markdown}formulas.ts'
      const formula = { tex: 'x^2', source: '$x^2$', display: false, line: 1 }
      console.log(JSON.stringify([highlightCode('let a', 'js'), highlightCode('set a', 'gams'), writeFormulas([formula]).html[0]]))`,
    )
    const out = join(folder, 'guest.cjs')
    await bundleGuest(entry, 'test', out)
    const said: unknown = JSON.parse(execFileSync(process.execPath, [out], { cwd: folder, encoding: 'utf8' }))
    expect(said).toEqual([
      expect.stringContaining('hljs-keyword'),
      expect.stringContaining('hljs-keyword'),
      expect.stringContaining('<math>'),
    ])
  })

  it('is refused when what a source loads can’t be known', async () => {
    const entry = join(folder, 'entry.ts')
    writeFileSync(entry, `import { createRequire } from 'node:module'\ncreateRequire(import.meta.url)(process.argv[2])`)
    await expect(bundleGuest(entry, 'test', join(folder, 'guest.cjs'))).rejects.toMatchObject({ code: 'image-failed' })
  })
})
