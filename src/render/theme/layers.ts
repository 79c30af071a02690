import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { join, posix, sep } from 'node:path'

/** A theme's file as one of the folders holds it. `layer` 0 is the site's own folder, the last one is Drowse's. */
export interface ThemeFile {
  readonly layer: number
  /** Relative to the theme, with `/`: `components/Footer.tsx`. */
  readonly path: string
  readonly absolute: string
}

/**
 * The folders of one theme, laid over each other: a file of an upper layer hides the file of the same path below it, wherever it is
 * imported from.
 */
export interface Layers {
  readonly name: string
  /** The uppermost file at this path, not looking above layer `from`. Null if there is none. */
  find(path: string, from?: number): ThemeFile | null
  /** All visible files below a folder of the theme, sorted by path. */
  list(folder: string): readonly ThemeFile[]
}

/** What an overriding file writes to import the file it hides: `theme:base/components/Footer.tsx`. */
const BASE = 'theme:base/'

/** `themesDirs` that hold no such theme are skipped; two names for one folder count once. Reads the disk when asked. */
export function layersOf(themesDirs: readonly string[], name: string): Layers {
  const roots = rootsOf(themesDirs, name)

  const find = (path: string, from = 0): ThemeFile | null => {
    for (const [layer, root] of roots.entries()) {
      const absolute = join(root, path)
      if (layer >= from && existsSync(absolute)) return { layer, path, absolute }
    }
    return null
  }

  const list = (folder: string): readonly ThemeFile[] => {
    const paths = roots.flatMap((root) => (existsSync(join(root, folder)) ? filesBelow(root, folder) : []))
    return [...new Set(paths)].sort().flatMap((path) => find(path) ?? [])
  }

  return { name, find, list }
}

/** Every file of one theme, hidden ones too. */
export function filesOfLayers(themesDirs: readonly string[], name: string): readonly ThemeFile[] {
  return rootsOf(themesDirs, name).flatMap((root, layer) =>
    filesBelow(root, '')
      .toSorted()
      .map((path) => ({ layer, path, absolute: join(root, path) })),
  )
}

function rootsOf(themesDirs: readonly string[], name: string): readonly string[] {
  const there = themesDirs.map((dir) => join(dir, name)).filter(existsSync)
  return [...new Set(there.map((dir) => realpathSync(dir)))]
}

/** Relative to `root`. */
function filesBelow(root: string, folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((item) => item.isFile() && !item.name.startsWith('.'))
    .map((item) =>
      join(item.parentPath, item.name)
        .slice(root.length + 1)
        .replaceAll(sep, '/'),
    )
}

/**
 * The theme file that `specifier` means inside `importer`; null if it leads out of the theme (a package) or nowhere. `./` and `../` are
 * looked up through all layers, `theme:base/` below the importer's own.
 */
export function resolveInTheme(layers: Layers, specifier: string, importer: Pick<ThemeFile, 'layer' | 'path'>): ThemeFile | null {
  if (specifier.startsWith(BASE)) return layers.find(posix.normalize(specifier.slice(BASE.length)), importer.layer + 1)
  if (!specifier.startsWith('./') && !specifier.startsWith('../')) return null
  const path = posix.join(posix.dirname(importer.path), specifier)
  return path.startsWith('../') ? null : layers.find(path)
}
