import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { join, posix, sep } from 'node:path'
import * as v from 'valibot'
import { DrowseError } from '../../errors/drowse-error.ts'

/** A theme's file as one of the folders holds it. `layer` 0 is the site's own folder, Drowse's comes below it, and below that those of the theme it is based on. */
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
  /** What messages call a file: `themes/default/components/Footer.tsx`. */
  shown(file: Pick<ThemeFile, 'layer' | 'path'>): string
  /** The uppermost file at this path, not looking above layer `from`. Null if there is none. */
  find(path: string, from?: number): ThemeFile | null
  /** All visible files below a folder of the theme, sorted by path. */
  list(folder: string): readonly ThemeFile[]
}

/** What an overriding file writes to import the file it hides: `theme:base/components/Footer.tsx`. */
const BASE = 'theme:base/'

const about = v.object({ base: v.optional(v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,80}$/))) })

/** A theme's name, and those of the themes it lies upon: what `theme.json` names as `base`, and its base. Throws `theme-invalid`. */
export function themeNames(themesDirs: readonly string[], name: string): readonly string[] {
  const names = [name]
  for (const each of names) {
    const base = baseOf(themesDirs, each)
    if (base !== null && !names.includes(base)) names.push(base)
  }
  return names
}

function baseOf(themesDirs: readonly string[], name: string): string | null {
  const file = themesDirs.map((dir) => join(dir, name, 'theme.json')).find((each) => existsSync(each))
  if (file === undefined) return null
  const { base } = readAbout(file, name)
  if (base === undefined || themesDirs.some((dir) => existsSync(join(dir, base)))) return base ?? null
  throw new DrowseError('theme-invalid', `The theme "${name}" is based on "${base}", and there is no theme of that name.`, {
    hint: `Correct \`base\` in themes/${name}/theme.json.`,
  })
}

function readAbout(file: string, name: string): v.InferOutput<typeof about> {
  try {
    return v.parse(about, JSON.parse(readFileSync(file, 'utf8')))
  } catch (cause) {
    throw new DrowseError('theme-invalid', `themes/${name}/theme.json can’t be used.`, {
      cause,
      hint: 'It names the theme that this one is based on: `{ "base": "default" }`.',
    })
  }
}

/** `themesDirs` that hold no such theme are skipped; two names for one folder count once. Reads the disk when asked. */
export function layersOf(themesDirs: readonly string[], name: string): Layers {
  const names = rootsOf(themesDirs, name)
  const roots = [...names.keys()]

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

  const shown = ({ layer, path }: Pick<ThemeFile, 'layer' | 'path'>) => `themes/${names.get(roots[layer] ?? '') ?? name}/${path}`

  return { name, shown, find, list }
}

/** Every file of one theme and of those it lies upon, hidden ones too. */
export function filesOfLayers(themesDirs: readonly string[], name: string): readonly ThemeFile[] {
  return [...rootsOf(themesDirs, name).keys()].flatMap((root, layer) =>
    filesBelow(root, '')
      .toSorted()
      .map((path) => ({ layer, path, absolute: join(root, path) })),
  )
}

/** The folders of a theme and of those it lies upon, the uppermost first, with the name of the theme that each is of. */
function rootsOf(themesDirs: readonly string[], name: string): ReadonlyMap<string, string> {
  const roots = new Map<string, string>()
  for (const each of themeNames(themesDirs, name)) {
    const there = themesDirs.map((dir) => join(dir, each)).filter(existsSync)
    for (const root of there.map((folder) => realpathSync(folder))) if (!roots.has(root)) roots.set(root, each)
  }
  return roots
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
