import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { directoryStore } from '../../src/publish/stores/directory.ts'
import { bytes, storeContract, text } from '../contract/store.ts'

const page = { contentType: 'text/html', cache: 'page' } as const
const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup()
})

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'drowse-store-'))
  cleanups.push(() => rmSync(path, { recursive: true, force: true }))
  return path
}

storeContract('directory', () => directoryStore(join(folder(), 'store')))

describe('directoryStore', () => {
  it('leaves a file alone that holds the bytes already', async () => {
    const root = folder()
    const store = directoryStore(root)
    await store.put('a.html', bytes('same'), page)
    const before = statSync(join(root, 'a.html'))
    await store.put('a.html', bytes('same'), page)
    expect(statSync(join(root, 'a.html')).ino).toBe(before.ino)
  })

  it('removes folders that have become empty, but not its root', async () => {
    const root = folder()
    const store = directoryStore(root)
    await store.put('a/b/c.html', bytes('c'), page)
    await store.remove(['a/b/c.html'])
    expect(existsSync(join(root, 'a'))).toBe(false)
    expect(existsSync(root)).toBe(true)
  })

  it('sweeps what a killed process left half-written', async () => {
    const root = folder()
    mkdirSync(join(root, '.drowse-temp'))
    writeFileSync(join(root, '.drowse-temp', 'half'), 'ha')
    const store = directoryStore(root)
    expect(await Array.fromAsync(store.list(''))).toEqual([])
    expect(readdirSync(join(root, '.drowse-temp'))).toEqual([])
  })

  it('leaves no temporary file when a put fails', async () => {
    const root = folder()
    const store = directoryStore(root)
    await store.put('a', bytes('a file'), page)
    await expect(store.put('a/b', bytes('below a file'), page)).rejects.toMatchObject({ code: 'store-failed' })
    expect(readdirSync(join(root, '.drowse-temp'))).toEqual([])
    expect(text(await store.get('a'))).toBe('a file')
  })

  it('says that its folder can’t be written to', () => {
    const root = folder()
    writeFileSync(join(root, 'file'), '')
    expect(() => directoryStore(join(root, 'file', 'store'))).toThrow(expect.objectContaining({ code: 'folder-unwritable' }))
  })

  // /proc takes no files from anybody, not even root.
  it('says store-failed when a file can’t be made, keeps the old one, and goes on afterwards', async () => {
    const root = folder()
    const store = directoryStore(root)
    await store.put('a.html', bytes('old'), page)
    rmSync(join(root, '.drowse-temp'), { recursive: true })
    symlinkSync('/proc', join(root, '.drowse-temp'))
    await expect(store.put('a.html', bytes('new'), page)).rejects.toMatchObject({ code: 'store-failed', retry: true })
    expect(text(await store.get('a.html'))).toBe('old')
    rmSync(join(root, '.drowse-temp'))
    mkdirSync(join(root, '.drowse-temp'))
    await store.put('a.html', bytes('new'), page)
    expect(text(await store.get('a.html'))).toBe('new')
  })

  it.runIf(process.getuid?.() === 0)('survives a real full disk (needs root, to mount a small tmpfs)', async () => {
    const root = folder()
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', root])
    cleanups.push(() => execFileSync('umount', ['-l', root]))
    const store = directoryStore(root)
    await store.put('a.html', bytes('old'), page)
    await expect(store.put('a.html', new Uint8Array(500_000), page)).rejects.toMatchObject({
      code: 'store-failed',
      hint: expect.stringContaining('full'),
    })
    expect(text(await store.get('a.html'))).toBe('old')
    await store.put('a.html', bytes('new'), page)
    expect(text(await store.get('a.html'))).toBe('new')
  })
})
