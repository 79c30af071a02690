import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ownerTokens } from '../../src/gateway/tokens.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drowse-tokens-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('owner tokens', () => {
  it('are long, differ, and are each accepted', () => {
    const tokens = ownerTokens(join(folder, 'tokens.json'))
    const made = [tokens.create('2030-01-01T00:00:00Z'), tokens.create('2030-01-02T00:00:00Z')]
    expect(new Set(made).size).toBe(2)
    for (const token of made) expect(token).toMatch(/^drowse_[0-9A-Za-z]{43}$/)
    expect(made.map((token) => tokens.check(token))).toEqual([true, true])
    expect(['', 'drowse_', `${made[0]}x`, made[0]?.slice(0, -1) ?? ''].map((token) => tokens.check(token))).toEqual([
      false,
      false,
      false,
      false,
    ])
  })

  it('are kept as hashes, for their owner’s eyes only', () => {
    const path = join(folder, 'tokens.json')
    const token = ownerTokens(path).create('2030-01-01T00:00:00Z')
    expect(readFileSync(path, 'utf8')).not.toContain(token)
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it('are known to a running gateway as soon as another process has made them', () => {
    const path = join(folder, 'tokens.json')
    const gateway = ownerTokens(path)
    expect(gateway.check('drowse_x')).toBe(false)
    const token = ownerTokens(path).create('2030-01-01T00:00:00Z')
    expect(gateway.check(token)).toBe(true)
  })

  it('say where they can’t be kept', () => {
    expect(() => ownerTokens(join(folder, 'nowhere', 'tokens.json')).create('2030')).toThrow(
      expect.objectContaining({ code: 'folder-unwritable' }),
    )
    writeFileSync(join(folder, 'tokens.json'), 'nonsense')
    expect(() => ownerTokens(join(folder, 'tokens.json')).check('x')).toThrow(/damaged/)
  })
})
