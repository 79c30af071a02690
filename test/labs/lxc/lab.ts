import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { lxcDriver } from '../../../src/machines/drivers/lxc.ts'
import { buildImage } from '../../../src/machines/image/build-image.ts'
import type { Image } from '../../../src/machines/image/types.ts'

/** Kept between runs, so that Debian's packages are downloaded once. */
export const LAB = join(tmpdir(), 'drowse-lxc-lab')

/** Builds an image whose guest program is one of test/fixtures/guests. */
export async function guestImage(guest: 'counter' | 'escape-artist'): Promise<Image> {
  requirePrograms()
  // The containers' user must be able to enter.
  mkdirSync(LAB, { recursive: true, mode: 0o755 })
  const entry = fileURLToPath(new URL(`../../fixtures/guests/${guest}.ts`, import.meta.url))
  return await buildImage({ folder: LAB, guest: { entry, engine: guest, files: {}, env: {} }, node: process.execPath })
}

export function containers(root: string, image: Image) {
  const dataDir = (id: string) => join(root, id)
  return lxcDriver({ dataDir, image, roots: join(LAB, 'roots'), env: {}, epoch: () => 1, resumeWithinMs: 1000 })
}

/** The lxc-start processes of this host whose last argument is in `dataDir`; proc(5). */
export function monitorsOf(dataDir: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.filter((pid) => read(`/proc/${pid}/cmdline`).endsWith(`\0${dataDir}/lxc.conf\0`)).map(Number)
}

/** The first process of the container that an lxc-start watches over, as a list of one or none. */
export function guestsOf(monitor: number): number[] {
  return read(`/proc/${monitor}/task/${monitor}/children`).split(' ').filter(Boolean).map(Number)
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}

function requirePrograms(): void {
  try {
    execFileSync('lxc-start', ['--version'])
  } catch {
    throw new Error(
      'This lab needs LXC. On Debian 12, as root: apt-get update && apt-get install -y --no-install-recommends lxc e2fsprogs',
    )
  }
}
