import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DrowseError } from '../../../errors/drowse-error.ts'
import { runProgram } from '../../host/run-program.ts'
import { sizeOnDisk } from '../../image/root-disk.ts'
import type { Image } from '../../image/types.ts'

const NEEDED = ['/bin/node', '/drowse/guest.cjs']

/**
 * The image's root disk as a folder below `roots`, for a container has no disk of its own; made once for each image. Unlike a mount it asks for no rights. Throws
 * `image-failed`.
 */
export async function rootFolder(image: Image, roots: string): Promise<string> {
  const place = join(roots, image.id)
  if (existsSync(place)) return place
  const made = join(roots, `.making-${randomBytes(6).toString('hex')}`)
  try {
    // Whoever the container's user is, it must be able to get there.
    await mkdir(made, { recursive: true, mode: 0o755 })
    const disk = join(image.folder, 'root.ext4')
    await runProgram('debugfs', ['-R', `rdump / "${made}"`, disk])
    for (const path of NEEDED) await check(disk, made, path)
    await rename(made, place).catch((error: unknown) => {
      // Another gateway was faster.
      if (!existsSync(place)) throw error
    })
    return place
  } finally {
    await rm(made, { recursive: true, force: true })
  }
}

/** debugfs goes on after a command that failed and ends with 0. */
async function check(disk: string, made: string, path: string): Promise<void> {
  const found = await stat(join(made, path)).catch(() => null)
  if (found !== null && found.size === (await sizeOnDisk(disk, path))) return
  throw new DrowseError('image-failed', `The file ${path} did not get out of the root disk whole.`, {
    hint: `Is there room on the disk of ${made}?`,
  })
}
