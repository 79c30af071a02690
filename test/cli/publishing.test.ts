import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { openPurge, openStore, tellCapabilities } from '../../src/cli/publishing.ts'
import { openTerminal, type Terminal } from '../../src/cli/terminal.ts'
import { startFaultyStore } from '../fixtures/faulty-store/store.ts'

const cleanups: (() => void | Promise<void>)[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

describe('openStore', () => {
  it('takes a folder of its own where the site names none', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'drowse-open-store-'))
    cleanups.push(() => rmSync(dir, { recursive: true, force: true }))
    expect((await openStore({ type: 'directory' }, 'unused', dir)).name).toBe('directory')
  })

  it('opens a bucket with credentials from the environment', async () => {
    const { endpoint, bucket, close } = await startFaultyStore()
    cleanups.push(close)
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'key')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
    expect((await openStore({ type: 's3', endpoint, bucket }, 'unused', 'unused')).name).toBe('s3')
  })
})

describe('what a bucket can’t do', () => {
  it.each([
    ['ignored', true],
    ['refused', true],
    ['kept', false],
  ] as const)('is told: conditions that are %s', async (conditions, isTold) => {
    const { endpoint, bucket, close } = await startFaultyStore({ conditions })
    cleanups.push(close)
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'key')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
    const lines: (string | undefined)[] = []
    const terminal: Terminal = { ...openTerminal({ json: false }), line: (text) => void lines.push(text) }
    const store = await openStore({ type: 's3', endpoint, bucket }, 'unused', 'unused')
    tellCapabilities(terminal, store)
    expect(lines.some((line) => line?.includes('can’t keep publishers apart'))).toBe(isTold)
    expect(store.capabilities).toEqual({ createOnly: !isTold, compareAndSwap: !isTold, shared: true })
  })
})

describe('openPurge', () => {
  it.each([
    ['none', { type: 'none' }],
    ['cloudfront', { type: 'cloudfront', distribution: 'E1' }],
    ['http', { type: 'http', url: 'https://cache.example.org', mode: 'each' }],
  ] as const)('opens %s', async (name, config) => {
    expect((await openPurge(config, 'https://example.org', undefined)).name).toBe(name)
  })
})
