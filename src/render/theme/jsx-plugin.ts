import { extname, join } from 'node:path'
import type { BuildOptions, Plugin } from 'esbuild'

/** How JSX is compiled, for esbuild with the plugin below: to calls of `jsx-runtime`. */
export const JSX_OPTIONS = { jsx: 'automatic', jsxImportSource: 'drowse/theme' } as const satisfies BuildOptions

const RUNTIME = join(import.meta.dirname, `jsx-runtime${extname(import.meta.filename)}`)

const REFUSAL =
  'JSX is Drowse’s own and written at once: there are no contexts, hooks or async components. Types may come from hono: `import type`.'

/** Leads JSX to Drowse's own runtime, and tells those who ask for hono's that it is not this one. A package may use its own. */
export function ownJsx(): Plugin {
  return {
    name: 'drowse-jsx',
    setup(esbuild) {
      // esbuild asks for the first where a `key` stands after spread props.
      esbuild.onResolve({ filter: /^drowse\/theme(?:\/jsx-runtime)?$/ }, () => ({ path: RUNTIME, sideEffects: false }))
      esbuild.onResolve({ filter: /^hono\/jsx(?:\/jsx-(?:dev-)?runtime)?$/ }, ({ path, importer }) =>
        /[\\/]node_modules[\\/]/.test(importer)
          ? undefined
          : { errors: [{ text: `"${path}" can’t be imported here. ${REFUSAL}` }] },
      )
    },
  }
}
