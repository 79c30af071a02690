import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { engineName } from '../../../src/build/engine.ts'
import { SOURCE_DIR } from '../../../src/cli/paths.ts'
import { sshHost } from '../../../src/machines/drivers/xen/host.ts'
import { xenDriver } from '../../../src/machines/drivers/xen.ts'
import { defaultImagesFolder, findImage } from '../../../src/machines/image/images.ts'
import type { Image } from '../../../src/machines/image/types.ts'
import { drowse } from '../../flows/product.ts'
import { bootLab, type RunningLab } from './boot.ts'
import { buildLab } from './build.ts'

/** Kept between runs, so that Debian's packages are downloaded once. */
export const LAB = join(tmpdir(), 'drowse-xen-lab')
/** Where the counter's image is. */
export const IMAGES = join(LAB, 'images')
/** The user's cache for `drowse start`, which finds its image there. */
const CACHE = join(LAB, 'cache')

const PROGRAMS: Readonly<Record<string, string>> = {
  'qemu-system-x86_64': 'qemu-system-x86',
  mke2fs: 'e2fsprogs',
  gcc: 'gcc libc6-dev',
  ssh: 'openssh-client',
  'ssh-keygen': 'openssh-client',
  xz: 'xz-utils',
}

/** Builds the image that `drowse start` is to use. */
export async function buildProductImage(): Promise<void> {
  useCache()
  const packages = join(IMAGES, 'packages')
  if (existsSync(packages)) cpSync(packages, join(CACHE, 'drowse', 'images', 'packages'), { recursive: true })
  const { code, stderr } = await drowse(['image', 'build'])
  if (code !== 0) throw new Error(stderr)
}

/** From here on it is used by this process and its children. */
export async function productImage(): Promise<Image> {
  useCache()
  return await imageOf(defaultImagesFolder(), engineName(SOURCE_DIR))
}

export const builtCounterImage = async () => await imageOf(IMAGES, 'counter')

function useCache(): void {
  process.env.XDG_CACHE_HOME = CACHE
}

async function imageOf(folder: string, engine: string): Promise<Image> {
  const image = await findImage(folder, engine)
  if (image === null) throw new Error(`The image ${engine} was not built.`)
  return image
}

/** A lab of one's own. */
export interface OwnLab extends RunningLab {
  /** Pulls the plug, if it is in, and boots it again with the same disk. */
  restart(): Promise<OwnLab>
  /** Leaves nothing of it. */
  clear(): Promise<void>
}

/** A booted lab, new each time. What is not among `images`, the driver copies there. */
export async function startLab(images: readonly Image[] = []): Promise<OwnLab> {
  requirePrograms()
  const built = await buildLab(LAB)
  const run = mkdtempSync(join(tmpdir(), 'drowse-xen-'))
  const boot = async (): Promise<OwnLab> => {
    const lab = await bootLab(built, run, images)
    return {
      ...lab,
      async restart() {
        await lab.stop()
        return await boot()
      },
      async clear() {
        await lab.stop()
        rmSync(run, { recursive: true, force: true })
      },
    }
  }
  return await boot()
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
    resumeWithinMs: 20_000,
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
