import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { build, type Loader, type Plugin } from 'esbuild'
import { asDrowseError, DrowseError } from '../../errors/drowse-error.ts'

/** Drowse's own, which may be in a package too. */
const SOURCES = join(import.meta.dirname, '..', '..')
const LATE = 'createRequire(import.meta.url)'

/** What a source loads when it first needs it, written `createRequire(import.meta.url)('name')`, becomes part of the bundle: in a machine there is nothing else to load from. */
const late: Plugin = {
  name: 'late',
  setup({ onLoad }) {
    onLoad({ filter: /\.[jt]s$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8')
      const isForeign = path.includes('/node_modules/') && !path.startsWith(SOURCES)
      if (isForeign || !source.includes(LATE)) return null
      const contents = source.replaceAll(`${LATE}('`, "require('")
      if (contents.includes(LATE)) throw new DrowseError('image-failed', `${path} loads something that a bundle can’t know.`)
      const loader: Loader = extname(path) === '.ts' ? 'ts' : 'js'
      return { contents, loader }
    })
  },
}

/**
 * Bundles a guest program into one CommonJS file, which spares Node the loading of modules: that is seconds where a processor is emulated. The same sources give the
 * same bytes. Native addons stay outside. Throws `image-failed`.
 */
export async function bundleGuest(entry: string, engine: string, out: string): Promise<void> {
  try {
    await build({
      entryPoints: [entry],
      outfile: out,
      bundle: true,
      minify: true,
      keepNames: true,
      platform: 'node',
      target: 'node26',
      format: 'cjs',
      external: ['*.node'],
      plugins: [late],
      define: {
        DROWSE_ENGINE: JSON.stringify(engine),
        'import.meta.url': '"file:///drowse/guest.cjs"',
        'import.meta.dirname': '"/drowse"',
      },
      logLevel: 'silent',
      legalComments: 'none',
    })
  } catch (cause) {
    throw asDrowseError(cause, 'image-failed')
  }
}
