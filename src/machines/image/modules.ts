import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { DrowseError } from '../../errors/drowse-error.ts'

/**
 * The files of the named modules and of those they depend on, in the order in which they must be loaded. `folder` is a kernel's `lib/modules/RELEASE`. A module that
 * is built into the kernel has no file and is left out. Throws `image-failed` for modules that are compressed, which a tiny userland can't load.
 */
export function moduleFiles(folder: string, wanted: readonly string[]): readonly string[] {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  const compressed = paths.find((path) => /\.ko\.(?:xz|zst|gz)$/.test(path))
  if (compressed !== undefined) {
    throw new DrowseError(
      'image-failed',
      `The kernel’s modules are compressed (${basename(compressed)}), which the image can’t use.`,
      {
        hint: 'Build the image on Debian 12, whose modules are not.',
      },
    )
  }
  const files = new Map(
    paths.filter((path) => path.endsWith('.ko')).map((path) => [plain(basename(path, '.ko')), join(folder, path)]),
  )
  const ordered: string[] = []
  const add = (name: string): void => {
    const file = files.get(plain(name))
    if (file === undefined || ordered.includes(file)) return
    for (const dependency of dependenciesOf(file)) add(dependency)
    ordered.push(file)
  }
  for (const name of wanted) add(name)
  return ordered
}

/** modprobe takes `-` and `_` for the same. */
const plain = (name: string): string => name.replaceAll('-', '_')

/** A module names those it needs in its `.modinfo` section: `depends=a,b`. */
function dependenciesOf(file: string): readonly string[] {
  const text = readFileSync(file, 'latin1')
  const depends = /\0depends=([^\0]*)\0/.exec(text)?.[1] ?? ''
  return depends.split(',').filter((name) => name !== '')
}
