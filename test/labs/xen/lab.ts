import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sshHost } from '../../../src/machines/drivers/xen/host.ts'
import { xenDriver } from '../../../src/machines/drivers/xen.ts'
import type { Image } from '../../../src/machines/image/types.ts'
import { bootLab, type RunningLab } from './boot.ts'
import { buildLab } from './build.ts'

/** Kept between runs, so that Debian's packages are downloaded once. */
export const LAB = join(tmpdir(), 'drowse-xen-lab')
/** Where the counter's image is, and where `drowse start` finds its own. */
export const IMAGES = join(LAB, 'images')
export const CACHE = join(LAB, 'cache')

const PROGRAMS: Readonly<Record<string, string>> = {
  'qemu-system-x86_64': 'qemu-system-x86',
  mke2fs: 'e2fsprogs',
  gcc: 'gcc libc6-dev',
  ssh: 'openssh-client',
  'ssh-keygen': 'openssh-client',
  xz: 'xz-utils',
}

/** A booted lab, new each time. `stop` leaves nothing of it. */
export async function startLab(): Promise<RunningLab> {
  requirePrograms()
  const run = mkdtempSync(join(tmpdir(), 'drowse-xen-'))
  const lab = await bootLab(await buildLab(LAB), run)
  return {
    ...lab,
    async stop() {
      await lab.stop()
      rmSync(run, { recursive: true, force: true })
    },
  }
}

/** Machines of `image` on the lab; what the gateway keeps of them is in folders of `root`. */
export function xenMachines(root: string, image: Image, sshConfig: string, memoryMb = 256) {
  const host = sshHost({ destination: 'dom0', configFile: sshConfig })
  return xenDriver({
    dataDir: (id) => join(root, id),
    host,
    image,
    epoch: () => 1,
    memoryMb,
    diskMb: 256,
    resumeWithinMs: 10_000,
  })
}

export function requirePrograms(): void {
  const path = `${process.env.PATH}:/usr/sbin:/sbin`
  const missing = Object.keys(PROGRAMS).filter((name) => {
    try {
      execFileSync('sh', ['-c', `command -v ${name}`], { env: { ...process.env, PATH: path } })
      return false
    } catch {
      return true
    }
  })
  if (missing.length === 0) return
  const packages = [...new Set(missing.map((name) => PROGRAMS[name]))].join(' ')
  throw new Error(
    `This lab needs ${missing.join(', ')}. On Debian 12, as root: apt-get update && apt-get install -y --no-install-recommends ${packages}`,
  )
}
