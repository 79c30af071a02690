import { execFileSync, spawn } from 'node:child_process'
import { hash } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { sqliteJournal } from '../../src/journal/sqlite.ts'
import { newWriteId } from '../../src/journal/write-id.ts'
import { claim, comment, journalContract } from '../contract/journal.ts'

const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup()
})

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'drowse-journal-'))
  cleanups.push(() => rmSync(path, { recursive: true, force: true }))
  return path
}

function open(path: string, options: { now?: () => number; maxSizeBytes?: number } = {}) {
  const journal = sqliteJournal({ path, now: Date.now, newId: newWriteId, ...options })
  cleanups.push(() => journal.close())
  return { ...journal, close: closeOnce(journal) }
}

function closeOnce(journal: { close(): void }): () => void {
  let isClosed = false
  const close = journal.close
  journal.close = () => {
    if (!isClosed) close()
    isClosed = true
  }
  return journal.close
}

journalContract('sqlite', () => {
  const path = join(folder(), 'journal.db')
  return { open: (options) => open(path, options) }
})

describe('sqliteJournal', () => {
  it('keeps every acknowledged write when it is killed at random', async () => {
    const path = join(folder(), 'journal.db')
    const acknowledged: string[] = []
    for (let round = 0; round < 6; round++) acknowledged.push(...(await acceptUntilKilled(path, `r${round}`)))

    const journal = open(path)
    const kept = new Set(claim(journal, 1_000_000).writes.map((write) => JSON.stringify(write.payload)))
    expect(acknowledged.length).toBeGreaterThan(100)
    expect(acknowledged.filter((text) => !kept.has(JSON.stringify({ text })))).toEqual([])
  })

  it('says journal-full when SQLite is full, keeps what it has, and goes on once there is room', async () => {
    const path = join(folder(), 'journal.db')
    const small = open(path, { maxSizeBytes: 400_000 })
    await small.accept({ ...comment('before'), ...blob(150_000, 1) })
    await expect(small.accept({ ...comment('too much'), ...blob(300_000, 2) })).rejects.toMatchObject({
      code: 'journal-full',
      retry: true,
    })
    small.published(claim(small))
    await small.accept({ ...comment('after'), ...blob(150_000, 3) })
    expect(claim(small).writes.map((write) => write.payload)).toEqual([{ page: '/a/', text: 'after' }])
  })

  it('does not let one write that does not fit fail those beside it', async () => {
    const journal = open(join(folder(), 'journal.db'), { maxSizeBytes: 400_000 })
    const results = await Promise.allSettled([
      journal.accept(comment('a')),
      journal.accept({ ...comment('huge'), ...blob(500_000, 1) }),
      journal.accept(comment('b')),
    ])
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })

  it.runIf(process.getuid?.() === 0)('goes on after a real full disk (needs root, to mount a small tmpfs)', async () => {
    const disk = folder()
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk])
    cleanups.push(() => execFileSync('umount', ['-l', disk]))
    writeFileSync(join(disk, 'ballast'), Buffer.alloc(500_000))
    const journal = open(join(disk, 'journal.db'))
    await journal.accept(comment('before'))
    await expect(journal.accept({ ...comment('big'), ...blob(600_000, 1) })).rejects.toMatchObject({ code: 'journal-full' })
    rmSync(join(disk, 'ballast'))
    await journal.accept({ ...comment('after'), ...blob(100_000, 2) })
    expect(claim(journal).writes).toHaveLength(2)
  })

  it('says that a folder is missing or can’t be written to', () => {
    const path = join(folder(), 'nowhere', 'journal.db')
    expect(() => open(path)).toThrow(expect.objectContaining({ code: 'folder-unwritable' }))
    const file = join(folder(), 'journal.db')
    mkdirSync(file)
    chmodSync(file, 0o500)
    expect(() => open(file)).toThrow(expect.objectContaining({ code: 'folder-unwritable' }))
  })

  it('says that a journal is damaged instead of replacing it', () => {
    const path = join(folder(), 'journal.db')
    writeFileSync(path, 'this is no database'.repeat(100))
    expect(() => open(path)).toThrow(/damaged/)
  })

  it('refuses a payload nested too deep', async () => {
    const journal = open(join(folder(), 'journal.db'))
    const deep = JSON.parse(`${'['.repeat(5000)}${']'.repeat(5000)}`)
    await expect(journal.accept({ ...comment('a'), payload: deep })).rejects.toMatchObject({ code: 'form-invalid' })
  })
})

function blob(sizeBytes: number, fill: number) {
  const bytes = Buffer.alloc(sizeBytes, fill)
  return { blobs: new Map([[hash('sha256', bytes), bytes]]) }
}

async function acceptUntilKilled(path: string, name: string): Promise<string[]> {
  const script = fileURLToPath(new URL('./accepting-process.ts', import.meta.url))
  const child = spawn(process.execPath, [script, path, name], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk
  })
  await once(child.stdout, 'data')
  await sleep(Math.random() * 60)
  child.kill('SIGKILL')
  await once(child, 'close')
  return output.split('\n').slice(0, -1)
}
