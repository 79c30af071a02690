import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { keptKey } from '../../src/gateway/secret-file.ts'
import { newFolder } from '../guest/running-guest.ts'

describe('a kept key', () => {
  it('is the same after a restart, and nobody else can read it', () => {
    const folder = newFolder('kept-key')
    const path = join(folder, 'visitors.key')

    const first = keptKey(path)

    expect(first).toHaveLength(32)
    expect(keptKey(path)).toEqual(first)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readdirSync(folder)).toEqual(['visitors.key'])
    expect(keptKey(join(folder, 'other.key'))).not.toEqual(first)
  })

  it.each([['nothing'], ['cut'], ['strange']])('is made anew where the file holds %s', (what) => {
    const path = join(newFolder('kept-key'), 'visitors.key')
    const first = keptKey(path)
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, { nothing: '', cut: text.slice(0, 40), strange: text.replace(/./g, 'z') }[what] ?? '')

    const second = keptKey(path)

    expect(second).toHaveLength(32)
    expect(second).not.toEqual(first)
    expect(keptKey(path)).toEqual(second)
  })

  it('is refused by a folder that is not there', () => {
    expect(() => keptKey(join(newFolder('kept-key'), 'nowhere', 'visitors.key'))).toThrow(
      expect.objectContaining({ code: 'folder-unwritable' }),
    )
  })
})
