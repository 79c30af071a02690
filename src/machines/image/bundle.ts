import { build } from 'esbuild'
import { asDrowseError } from '../../errors/drowse-error.ts'

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
