import { join, sep } from 'node:path'
import { DrowseError } from '../errors/drowse-error.ts'

/** What the owner writes; a build among it would be read as content by the next one. */
const OWN_FOLDERS = ['content', 'media', 'themes']

/** Throws `usage` for an output folder that is the site itself, holds it, or lies in what the owner writes. Both paths are absolute. */
export function checkOutDir(site: string, outDir: string): void {
  const holdsSite = isWithin(site, outDir)
  if (!holdsSite && !OWN_FOLDERS.some((folder) => isWithin(outDir, join(site, folder)))) return
  throw new DrowseError('usage', `The site can’t be built into ${outDir}: that is where its own files are.`, {
    hint: 'Name a folder of its own with --out, such as dist.',
  })
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}
