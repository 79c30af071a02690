import { existsSync } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { runProgram } from '../../host/run-program.ts'

/** The machine's data in its folder: a file that takes on the host what was written to it. */
export function dataDiskOf(dataDir: string): string {
  return join(dataDir, 'data.ext4')
}

/** Makes an empty data disk of `sizeMb` unless there is one: ext4 with a journal, initialised here so that the guest need not. A disk that is half made is none. */
export async function ensureDataDisk(dataDir: string, sizeMb: number): Promise<void> {
  const disk = dataDiskOf(dataDir)
  if (existsSync(disk)) return
  await mkdir(dataDir, { recursive: true })
  const draft = `${disk}.new`
  await rm(draft, { force: true })
  // A site's data is a few files, most of it in a database: an inode for every 64 KiB and a journal of 32 MiB are plenty, and written in full here.
  const options = ['-m', '0', '-i', '65536', '-J', 'size=32', '-E', 'lazy_itable_init=0,lazy_journal_init=0']
  await runProgram('mke2fs', ['-q', '-F', '-t', 'ext4', ...options, draft, `${sizeMb}M`])
  await syncFile(draft)
  await rename(draft, disk)
  await syncFile(dataDir)
}

/** Returns once a file's bytes, or a folder's names, are on the disk. */
export async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
