import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { qemuDriver } from '../../../src/machines/drivers/qemu.ts'
import { buildImage } from '../../../src/machines/image/build-image.ts'
import type { Image } from '../../../src/machines/image/types.ts'

const COUNTER = fileURLToPath(new URL('../../fixtures/guests/counter.ts', import.meta.url))

/** Kept between runs, so that Debian's packages are downloaded once. */
export const LAB = join(tmpdir(), 'drowse-qemu-lab')

/** Builds an image whose guest program is the contract's counter. */
export async function counterImage(folder: string): Promise<Image> {
  requirePrograms()
  return await buildImage({ folder, guest: { entry: COUNTER, engine: 'counter', files: {}, env: {} }, node: process.execPath })
}

/** Spares another folder the download. */
export function lendPackages(to: string): void {
  mkdirSync(to, { recursive: true })
  cpSync(join(LAB, 'packages'), join(to, 'packages'), { recursive: true })
}

export function counterMachines(root: string, image: Image) {
  return qemuDriver({ dataDir: (id) => join(root, id), image, epoch: () => 1, memoryMb: 256, diskMb: 256 })
}

/** The QEMU processes of this host whose last argument is the data folder of `id`; proc(5). */
export function machinesOf(dataDir: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.filter((pid) => commandOf(pid).endsWith(`\0${dataDir}\0`)).map(Number)
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

function requirePrograms(): void {
  try {
    execFileSync('qemu-system-x86_64', ['--version'])
  } catch {
    throw new Error(
      'This lab needs QEMU. On Debian 12, as root: apt-get update && apt-get install -y --no-install-recommends qemu-system-x86 e2fsprogs',
    )
  }
}
