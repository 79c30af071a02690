import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as v from 'valibot'
import { DrowseError } from '../../../errors/drowse-error.ts'
import type { MachineShape } from './command.ts'
import { dataDiskOf, syncFile } from './data-disk.ts'
import type { Qmp } from './qmp.ts'

/**
 * What a memory image must fit: the machine it was taken of, and the data disk as it was left. The memory holds parts of that disk, so a disk that was changed since,
 * or put back from a copy, would be destroyed by it.
 */
const tagSchema = v.object({
  image: v.string(),
  accelerator: v.picklist(['kvm', 'tcg']),
  memoryMb: v.number(),
  sizeBytes: v.string(),
  disk: v.object({ inode: v.string(), sizeBytes: v.string(), changedAtNs: v.string() }),
})
type Tag = v.InferOutput<typeof tagSchema>

const CANCEL_MS = 2000

const memoryOf = (dataDir: string) => join(dataDir, 'memory.save')
const tagOf = (dataDir: string) => join(dataDir, 'memory.json')

/**
 * Writes the memory of a machine that is stopped. Nothing is kept of it before `keepMemory`; rejects with `machine-failed` when QEMU can't write it or has not at the
 * deadline, and nothing is left then.
 */
export async function writeMemory(qmp: Qmp, dataDir: string, deadline: AbortSignal): Promise<void> {
  const draft = `${memoryOf(dataDir)}.new`
  await forgetMemory(dataDir)
  try {
    // It is meant to leave as fast as the disk takes it.
    await qmp.execute('migrate-set-parameters', { 'max-bandwidth': 2 ** 40 }, deadline)
    await qmp.execute('migrate', { uri: `exec:cat >${quoted(draft)}` }, deadline)
    await migrated(qmp, deadline)
  } catch (error) {
    // Left alone it would go on while the machine runs again, and stop it when it is through.
    await qmp.execute('migrate_cancel', {}, AbortSignal.timeout(CANCEL_MS)).catch(() => {})
    await rm(draft, { force: true })
    throw error
  }
}

/** To be called once the machine is gone: from then on its data disk does not change, and the memory image counts. */
export async function keepMemory(dataDir: string, shape: MachineShape): Promise<void> {
  await syncFile(`${memoryOf(dataDir)}.new`)
  await rename(`${memoryOf(dataDir)}.new`, memoryOf(dataDir))
  await writeFile(`${tagOf(dataDir)}.new`, JSON.stringify(await tagFor(dataDir, shape)), { flush: true })
  await rename(`${tagOf(dataDir)}.new`, tagOf(dataDir))
  await syncFile(dataDir)
}

/** Whether a memory image is kept that fits the data disk and the shape. */
export async function hasMemory(dataDir: string, shape: MachineShape): Promise<boolean> {
  try {
    const tag = v.parse(tagSchema, JSON.parse(await readFile(tagOf(dataDir), 'utf8')))
    return JSON.stringify(tag) === JSON.stringify(await tagFor(dataDir, shape))
  } catch {
    return false
  }
}

/** Reads the memory image into a machine that waits for one. The image is consumed before the first byte is read: it is never resumed twice. */
export async function readMemory(qmp: Qmp, dataDir: string, deadline: AbortSignal): Promise<void> {
  await rm(tagOf(dataDir))
  await syncFile(dataDir)
  await qmp.execute('migrate-incoming', { uri: `exec:cat ${quoted(memoryOf(dataDir))}` }, deadline)
  await migrated(qmp, deadline)
  await rm(memoryOf(dataDir))
}

/** Removes what is kept of a memory. */
export async function forgetMemory(dataDir: string): Promise<void> {
  for (const path of [tagOf(dataDir), memoryOf(dataDir)]) {
    await rm(path, { force: true })
    await rm(`${path}.new`, { force: true })
  }
}

async function tagFor(dataDir: string, { image, accelerator, memoryMb }: MachineShape): Promise<Tag> {
  const memory = await stat(memoryOf(dataDir), { bigint: true })
  const { ino, size, mtimeNs } = await stat(dataDiskOf(dataDir), { bigint: true })
  const disk = { inode: String(ino), sizeBytes: String(size), changedAtNs: String(mtimeNs) }
  return { image: image.id, accelerator, memoryMb, sizeBytes: String(memory.size), disk }
}

const migrationAnswer = v.object({ status: v.optional(v.string()), 'error-desc': v.optional(v.string()) })

/** Returns once the migration under way has ended well. */
async function migrated(qmp: Qmp, deadline: AbortSignal): Promise<void> {
  for (;;) {
    const { status, 'error-desc': why } = v.parse(migrationAnswer, await qmp.execute('query-migrate', {}, deadline))
    if (status === 'completed') return
    if (status === 'failed' || status === 'cancelled') {
      throw new DrowseError(
        'machine-failed',
        `The machine’s memory could not be carried over${why === undefined ? '.' : `: ${why}`}`,
      )
    }
    await sleep(5)
  }
}

/** For the shell that QEMU starts. */
function quoted(path: string): string {
  return `'${path.replaceAll("'", "'\\''")}'`
}
