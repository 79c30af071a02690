import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { openPurge, openStore } from '../../src/cli/publishing.ts'
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

describe('openPurge', () => {
  it.each([
    ['none', { type: 'none' }],
    ['cloudfront', { type: 'cloudfront', distribution: 'E1' }],
    ['http', { type: 'http', url: 'https://cache.example.org', mode: 'each' }],
  ] as const)('opens %s', async (name, config) => {
    expect((await openPurge(config, 'https://example.org', undefined)).name).toBe(name)
  })
})
