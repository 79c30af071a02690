import { hash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The folders whose code decides what a page looks like. */
const FOLDERS = ['config', 'content', 'model', 'features', 'extend', 'render', 'build', 'protocol', 'errors']

/** What a package says of itself, as far as it is looked at. */
interface Manifest {
  readonly version?: string
  readonly dependencies?: Readonly<Record<string, string>>
}

/**
 * A name for all that reads and renders: this code, the packages it uses, and Node with its tables of letters and languages. It changes with each of them, so
 * that nothing rendered by another version is taken for this one's. `source` is the folder that holds `content/`, `render/` and the others; Drowse's
 * package.json lies beside it.
 */
export function engineName(source: string, versions: Readonly<Record<string, string | undefined>> = process.versions): string {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(join(source, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  )
  const code = files.filter((file) => /\.[jt]s$/.test(file)).sort()
  const parts = [
    ...['node', 'icu', 'cldr', 'unicode'].map((part) => `${part} ${versions[part]}`),
    ...installed(dirname(source)),
    ...code.map((file) => `${file}\n${hash('sha256', readFileSync(join(source, file)))}`),
  ]
  return hash('sha256', parts.join('\n')).slice(0, 16)
}

/** Every package that the one in `root` uses, itself or through others, with the version that is installed: `yaml 2.9.1`. Sorted. */
function installed(root: string): readonly string[] {
  const manifestOf = remembering(readManifest)
  const hasPackages = remembering((folder) => existsSync(join(folder, 'node_modules')))
  const found = new Map<string, string>()
  const folders = [root]
  for (const folder of folders) {
    const places = placesAbove(folder).filter(hasPackages)
    for (const name of Object.keys(manifestOf(folder)?.dependencies ?? {})) {
      const at = places.map((place) => join(place, 'node_modules', name)).find((candidate) => manifestOf(candidate) !== null)
      if (at === undefined || found.has(at)) continue
      found.set(at, `${name} ${manifestOf(at)?.version ?? ''}`)
      folders.push(at)
    }
  }
  return [...found.values()].sort()
}

/** A folder and those it lies in, where Node looks for the packages that one in it imports. */
function placesAbove(folder: string): readonly string[] {
  const places = [folder]
  for (let at = folder; at !== dirname(at); at = dirname(at)) places.push(dirname(at))
  return places
}

/** The same function, which looks at a folder once. */
function remembering<T>(look: (folder: string) => T): (folder: string) => T {
  const known = new Map<string, T>()
  return (folder) => {
    const before = known.get(folder)
    if (before !== undefined) return before
    const found = look(folder)
    known.set(folder, found)
    return found
  }
}

function readManifest(folder: string): Manifest | null {
  const file = join(folder, 'package.json')
  // Of the places where a package may be, most have none, and an error takes its time.
  if (!existsSync(file)) return null
  try {
    // npm has checked what matters here.
    return JSON.parse(readFileSync(file, 'utf8')) as Manifest
  } catch {
    // Not for the machine to look at.
    return null
  }
}
