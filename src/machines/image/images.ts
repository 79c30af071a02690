import { readdir, readFile, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { IMAGE_FILES, type Image } from './types.ts'

const file = v.object({ sizeBytes: v.number(), sha256: v.string() })
const manifest = v.object({
  format: v.literal(1),
  id: v.string(),
  engine: v.string(),
  node: v.string(),
  kernel: v.string(),
  packages: v.array(v.object({ file: v.string(), sha256: v.string() })),
  files: v.object({ kernel: file, initramfs: file, 'root.ext4': file }),
})

/** Where images are kept unless another folder is named: they belong to a version of Drowse, not to a site. */
export function defaultImagesFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'drowse', 'images')
}

/** Where the root folders of containers are kept. Root's own folders are closed to others, and a container's user must be able to enter. */
export function defaultRootsFolder(env: NodeJS.ProcessEnv = process.env, uid = process.getuid?.()): string {
  if (uid === 0 && !env.XDG_CACHE_HOME) return '/var/cache/drowse/roots'
  return join(defaultImagesFolder(env), '..', 'roots')
}

/** The images in a folder, by the name of their engine. What is none, or only a part of one, is left out. */
export async function listImages(folder: string): Promise<readonly Image[]> {
  const names = await readdir(folder).catch(() => [])
  const images = await Promise.all(names.sort().map((name) => openImage(join(folder, name))))
  return images.filter((image) => image !== null)
}

/** The image that holds the guest program of this name, or null. */
export async function findImage(folder: string, engine: string): Promise<Image | null> {
  return await openImage(join(folder, engine))
}

async function openImage(folder: string): Promise<Image | null> {
  try {
    const read = v.parse(manifest, JSON.parse(await readFile(join(folder, 'image.json'), 'utf8')))
    for (const name of IMAGE_FILES) {
      if ((await stat(join(folder, name))).size !== read.files[name].sizeBytes) return null
    }
    return { ...read, folder }
  } catch {
    return null
  }
}
