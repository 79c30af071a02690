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
  const roots = [
    ...new Set(
      themesDirs
        .map((dir) => join(dir, name))
        .filter(existsSync)
        .map((dir) => realpathSync(dir)),
    ),
  ]

  const find = (path: string, from = 0): ThemeFile | null => {
    for (const [layer, root] of roots.entries()) {
      const absolute = join(root, path)
      if (layer >= from && existsSync(absolute)) return { layer, path, absolute }
    }
    return null
  }

  const list = (folder: string): readonly ThemeFile[] => {
    const paths = roots.flatMap((root) => {
      const start = join(root, folder)
      if (!existsSync(start)) return []
      return readdirSync(start, { recursive: true, withFileTypes: true })
        .filter((item) => item.isFile() && !item.name.startsWith('.'))
        .map((item) =>
          join(item.parentPath, item.name)
            .slice(root.length + 1)
            .replaceAll(sep, '/'),
        )
    })
    return [...new Set(paths)].sort().flatMap((path) => find(path) ?? [])
  }

  return { name, find, list }
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
