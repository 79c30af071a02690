import { hash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
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
  const found = new Map<string, string>()
  const folders = [root]
  for (const folder of folders) {
    for (const name of Object.keys(manifestOf(folder)?.dependencies ?? {})) {
      const place = packageFolder(name, folder)
      if (place === null || found.has(place.folder)) continue
      found.set(place.folder, `${name} ${place.version}`)
      folders.push(place.folder)
    }
  }
  return [...found.values()].sort()
}

/** Where Node would find a package that one in `folder` imports. */
function packageFolder(name: string, folder: string): { readonly folder: string; readonly version: string } | null {
  for (let at = folder; ; at = dirname(at)) {
    const candidate = join(at, 'node_modules', name)
    const manifest = manifestOf(candidate)
    if (manifest) return { folder: candidate, version: manifest.version ?? '' }
    if (at === dirname(at)) return null
  }
}

function manifestOf(folder: string): Manifest | null {
  try {
    // npm has checked what matters here.
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
  } catch {
    // Not there, or not for the machine to look at.
    return null
  }
}
