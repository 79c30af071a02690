import { createHash } from 'node:crypto'
import { dirname, extname, join, relative, resolve, sep } from 'node:path'
import { type BuildOptions, build, type Message, type Plugin } from 'esbuild'
import * as v from 'valibot'
import { DrowseError } from '../errors/drowse-error.ts'
import type { Problem } from '../protocol/types.ts'
import { JSX_OPTIONS, ownJsx } from '../render/theme/jsx-plugin.ts'
import type { CompiledExtension } from './types.ts'

/** The folder of this code: what `drowse/site` means, and where hono comes from, so that a site needs no packages for them. */
const OWN_FOLDER = import.meta.dirname
const OWN_SOURCES = dirname(OWN_FOLDER)

/** Packages that still say `require` are given Node's own modules; anything else is in the bundle. */
const REQUIRE = [
  'const require = (name) => {',
  'const found = process.getBuiltinModule(name);',
  'if (found === undefined) throw new Error("Cannot find module " + name);',
  'return found;',
  '};',
].join('')

/**
 * Bundles `<siteDir>/site.ts` with the packages it uses to one module. Throws `extension-invalid`, with every fault found as `details.problems`
 * (`Problem[]`).
 */
export async function compileExtension(siteDir: string): Promise<CompiledExtension> {
  const { outputFiles, metafile, warnings } = await run(siteDir)
  const output = (end: string) => outputFiles.find(({ path }) => path.endsWith(end))?.text ?? ''
  const source = output('.js')
  const inputs = Object.keys(metafile.inputs).map((input) => resolve(siteDir, input))
  const files = inputs.filter((file) => !/[\\/]node_modules[\\/]/.test(file) && !file.startsWith(OWN_SOURCES + sep))
  return {
    source,
    hash: createHash('sha256').update(source).digest('hex'),
    map: output('.map'),
    files: files.toSorted(),
    inputs: [...new Set([...inputs, ...inputs.flatMap(manifestOf)])].sort(),
    problems: warnings
      // Of packages it is not the owner's business.
      .filter(({ location }) => location !== null && !/(?:^|\/)node_modules\//.test(location.file))
      .map((message) => toProblem(message, siteDir, 'warning')),
  }
}

async function run(siteDir: string) {
  const options = {
    entryPoints: ['./site.ts'],
    absWorkingDir: siteDir,
    outdir: siteDir,
    bundle: true,
    metafile: true,
    write: false,
    sourcemap: 'external',
    sourcesContent: false,
    format: 'esm',
    platform: 'node',
    target: 'es2024',
    charset: 'utf8',
    legalComments: 'none',
    banner: { js: REQUIRE },
    // Names stay, for messages; white space goes, and with it the comments that name files.
    minifyWhitespace: true,
    minifySyntax: true,
    keepNames: true,
    ...JSX_OPTIONS,
    tsconfigRaw: '{}',
    logLevel: 'silent',
    plugins: [ownJsx(), ownModules()],
  } satisfies BuildOptions
  try {
    return await build(options)
  } catch (error) {
    const failure = v.safeParse(FAILURE, error)
    if (!failure.success) throw error
    throw invalid(failure.output.errors.map((message) => toProblem(message, siteDir, 'error')))
  }
}

const message = v.custom<Message>((value) => typeof value === 'object' && value !== null && 'text' in value)
/** The part of esbuild's BuildFailure we read. */
const FAILURE = v.object({ errors: v.array(message) })

/** Leads to Drowse's own code and packages from wherever the site lies, and takes of them only what is used. */
function ownModules(): Plugin {
  return {
    name: 'drowse-site',
    setup(esbuild) {
      esbuild.onResolve({ filter: /^drowse\/site$/ }, () => ({
        path: join(OWN_FOLDER, `site${extname(import.meta.filename)}`),
        sideEffects: false,
      }))
      esbuild.onResolve({ filter: /^drowse(?:\/|$)/ }, ({ path }) => ({
        errors: [{ text: `"${path}" can’t be imported; a site.ts has "drowse/site".` }],
      }))
      esbuild.onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir }) =>
        resolveDir === OWN_SOURCES || resolveDir.startsWith(OWN_SOURCES + sep)
          ? { path: resolve(resolveDir, path), sideEffects: false }
          : undefined,
      )
      esbuild.onResolve({ filter: /^hono(?:\/|$)/ }, ({ path, kind, pluginData }) =>
        pluginData === RESOLVING ? undefined : esbuild.resolve(path, { kind, resolveDir: OWN_FOLDER, pluginData: RESOLVING }),
      )
    },
  }
}

/** Marks our own question to esbuild, so that the plugin does not answer it again. */
const RESOLVING = Symbol('resolving')

/** The package.json that decides which file of a package is meant. */
function manifestOf(file: string): readonly string[] {
  const [, folder] = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(file) ?? []
  return folder === undefined ? [] : [join(folder, 'package.json')]
}

const MISSING = /^Could not resolve "([^"]+)"/

function toProblem({ id, location, text }: Message, siteDir: string, severity: Problem['severity']): Problem {
  const place =
    location === null
      ? { where: 'site.ts' }
      : { where: shown(location.file, siteDir), line: location.line, column: location.column + 1 }
  const [, missing] = MISSING.exec(text) ?? []
  if (missing !== undefined && !/^[./]/.test(missing)) {
    const name = /^(?:@[^/]+\/)?[^/]+/.exec(missing)?.[0] ?? missing
    const hint = `Run \`npm install ${name}\` in ${siteDir}.`
    return { ...place, rule: 'site-ts/package-missing', message: `The package "${name}" is not installed.`, hint, severity }
  }
  const line = location?.lineText.trim() ?? ''
  return {
    ...place,
    rule: `site-ts/${id === '' ? 'compile' : id}`,
    message: text,
    ...(line === '' ? {} : { hint: line }),
    severity,
  }
}

function shown(file: string, siteDir: string): string {
  return relative(siteDir, resolve(siteDir, file)).replaceAll(sep, '/')
}

function invalid(problems: readonly Problem[]): DrowseError {
  const [first] = problems
  const place = [first?.where ?? 'site.ts', first?.line, first?.column].filter((part) => part !== undefined).join(':')
  return new DrowseError('extension-invalid', `site.ts does not compile. ${place}: ${first?.message ?? ''}`, {
    hint: first?.hint,
    details: { problems },
  })
}
