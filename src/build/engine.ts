import { hash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
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
    ...code.map((file) => textOf(file, readFileSync(join(source, file), 'utf8'))),
  ]
  return hash('sha256', parts.join('\n')).slice(0, 16)
}

/** So that no two lists of files come to one text. */
function textOf(file: string, code: string): string {
  return `${file} ${code.length}\n${code}`
}

/** Every package that the one in `root` uses, itself or through others, with the version that is installed: `yaml 2.9.1`. Sorted. */
function installed(root: string): readonly string[] {
  const noted = new Map<string, Manifest>()
  const manifestOf = remembering((folder) => noted.get(folder) ?? readManifest(folder))
  /** The folders in which Node looks for the packages that one in `folder` imports. */
  const placesOf: (folder: string) => readonly string[] = remembering((folder) => {
    const above = folder === dirname(folder) ? [] : placesOf(dirname(folder))
    const own = join(folder, 'node_modules')
    if (!isThere(own)) return above
    for (const [place, manifest] of notedByNpm(folder)) noted.set(place, manifest)
    return [own, ...above]
  })
  const found = new Map<string, string>()
  const folders = [root]
  for (const folder of folders) {
    for (const name of Object.keys(manifestOf(folder)?.dependencies ?? {})) {
      const places = placesOf(folder).map((place) => join(place, name))
      const at = places.find((place) => manifestOf(place) !== null)
      if (at === undefined || found.has(at)) continue
      found.set(at, `${name} ${manifestOf(at)?.version ?? ''}`)
      folders.push(at)
    }
  }
  return [...found.values()].sort()
}

/** What npm wrote down of the packages below a folder when it put them there: one file instead of hundreds. Nothing where another program put them there. */
function notedByNpm(folder: string): readonly (readonly [place: string, manifest: Manifest])[] {
  const file = join(folder, 'node_modules', '.package-lock.json')
  if (!isThere(file)) return []
  // https://docs.npmjs.com/cli/v11/configuring-npm/package-lock-json#hidden-lockfiles
  const { packages = {} } = parsed<{ readonly packages?: Readonly<Record<string, Manifest>> }>(file) ?? {}
  // A linked folder may change by itself.
  const there = Object.entries(packages).filter(([, { version }]) => version !== undefined)
  return there.map(([path, manifest]) => [join(folder, path), manifest])
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

function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined
  } catch {
    // Not for the machine to look at.
    return false
  }
}

function readManifest(folder: string): Manifest | null {
  return parsed<Manifest>(join(folder, 'package.json'))
}

function parsed<T>(file: string): T | null {
  try {
    // npm has checked what matters here.
    return JSON.parse(readFileSync(file, 'utf8')) as T
  } catch {
    // Not there, or not for the machine to look at.
    return null
  }
}
