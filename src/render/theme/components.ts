import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { builtinModules } from 'node:module'
import { dirname, extname, join } from 'node:path'
import { type BuildOptions, build, type Loader, type Message, type Plugin } from 'esbuild'
import * as v from 'valibot'
import type { Problem } from '../../protocol/types.ts'
import { JSX_OPTIONS, ownJsx } from './jsx-plugin.ts'
import { type Layers, resolveInTheme, type ThemeFile } from './layers.ts'
import { type CompiledTheme, SHORTCODES, SHORTCODES_FILE, TEMPLATE_NAMES } from './types.ts'

export interface ComponentsBundle {
  readonly source: string
  readonly templates: CompiledTheme['templates']
  readonly isOwn: boolean
}

const LOADERS: Readonly<Record<string, Loader>> = {
  '.tsx': 'tsx',
  '.ts': 'ts',
  '.jsx': 'jsx',
  '.js': 'js',
  '.mjs': 'js',
  '.json': 'json',
  '.txt': 'text',
}

/** Our own folder: hono comes from Drowse's packages, so that a site needs none. */
const OWN_FOLDER = import.meta.dirname

const ENTRY = 'drowse-entry'

/** What search takes for a word, for the script in readers' browsers. */
const SEARCH_WORDS = {
  name: 'drowse/search',
  file: join(import.meta.dirname, `../../content/search-words${extname(import.meta.filename)}`),
}

/** How the theme's own files, Drowse's and hono's are called in esbuild's list of what it read. */
const OWN_INPUT =
  /^(?:theme\d+|drowse-entry):|(?:^|\/)node_modules\/hono\/|(?:^|\/)(?:content\/search-words|render\/theme\/jsx-runtime)\.[jt]s$/

/**
 * Bundles the whole theme to one module, and beside it one module per template, of which only the hash is kept: esbuild drops what a
 * template can't reach, so the hash changes exactly when the code behind that template's pages does. `bundle` is null if there are errors.
 */
export async function bundleComponents(
  layers: Layers,
): Promise<{ readonly bundle: ComponentsBundle | null; readonly problems: readonly Problem[] }> {
  const result = await runEsbuild(layers, {
    entryPoints: Object.fromEntries(['theme', ...TEMPLATE_NAMES, SHORTCODES].map((name) => [name, `${ENTRY}:${name}`])),
    platform: 'neutral',
    target: 'es2024',
    // Names stay, for stack traces; white space goes, and with it the comments that name source files.
    minifyWhitespace: true,
    minifySyntax: true,
    ...JSX_OPTIONS,
  })
  const problems = problemsOf(result, layers)
  if (result.errors.length > 0) return { bundle: null, problems }

  const outputs = new Map(result.outputFiles.map((file) => [nameOf(file.path), file.text]))
  const output = (name: string) => {
    const text = outputs.get(name)
    if (text === undefined) throw new Error(`esbuild gave no output for ${name}`)
    return text
  }
  const templates = Object.fromEntries(
    [...TEMPLATE_NAMES, SHORTCODES].map((name) => [name, createHash('sha256').update(output(name)).digest('hex')]),
  )
  const bundle = { source: output('theme'), templates: templates as CompiledTheme['templates'], isOwn: isOwn(result) }
  return { bundle, problems }
}

/** Bundles files of a theme to ES modules in memory. What is wrong with them comes back as esbuild's messages. */
export async function runEsbuild(layers: Layers, options: Omit<BuildOptions, 'write' | 'metafile'>) {
  try {
    return await build({
      ...options,
      bundle: true,
      metafile: true,
      write: false,
      outdir: 'theme',
      format: 'esm',
      charset: 'utf8',
      legalComments: 'none',
      tsconfigRaw: '{}',
      logLevel: 'silent',
      plugins: [ownJsx(), themeFiles(layers)],
    })
  } catch (error) {
    const failure = v.safeParse(FAILURE, error)
    if (!failure.success) throw error
    const { errors, warnings } = failure.output
    return { errors, warnings, outputFiles: [], metafile: null }
  }
}

type Bundled = Awaited<ReturnType<typeof runEsbuild>>

/** Whether all that went into it is the theme's, or Drowse's own. */
export function isOwn({ metafile }: Bundled): boolean {
  return Object.keys(metafile?.inputs ?? {}).every((input) => OWN_INPUT.test(input))
}

/** Each file is bundled for several templates, but its faults are told once. */
export function problemsOf({ errors, warnings }: Bundled, layers: Layers): readonly Problem[] {
  const problems = [
    ...errors.map((message) => toProblem(message, layers, 'error')),
    ...warnings.map((message) => toProblem(message, layers, 'warning')),
  ]
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()]
}

const message = v.custom<Message>((value) => typeof value === 'object' && value !== null && 'text' in value)
/** The part of esbuild's BuildFailure we read. */
const FAILURE = v.object({ errors: v.array(message), warnings: v.array(message) })

/** What is bundled under a name: the whole theme, one template, or the shortcodes, which a theme may go without. */
function entryModule(name: string, layers: Layers): string {
  const shortcodes = layers.find(SHORTCODES_FILE) === null ? null : `from './${SHORTCODES_FILE}'`
  if (name === SHORTCODES) return shortcodes === null ? 'export {}' : `export * ${shortcodes}`
  if (name !== 'theme') return `export { ${name} } from './theme.tsx'`
  return `export * from './theme.tsx';${shortcodes === null ? 'export const shortcodes = {}' : `export * as ${SHORTCODES} ${shortcodes}`}`
}

/** Reads all of a theme's files through its layers, so that neither output nor messages hold a path of this computer. */
function themeFiles(layers: Layers): Plugin {
  const files = new Map<string, ThemeFile>()
  const resolved = (file: ThemeFile) => {
    const path = layers.shown(file)
    const namespace = `theme${file.layer}`
    files.set(`${namespace}:${path}`, file)
    return { path, namespace }
  }

  return {
    name: 'drowse-theme',
    setup(esbuild) {
      esbuild.onResolve({ filter: new RegExp(`^${ENTRY}:`) }, ({ path }) => ({
        path: path.slice(ENTRY.length + 1),
        namespace: ENTRY,
      }))
      esbuild.onLoad({ filter: /.*/, namespace: ENTRY }, ({ path }) => ({
        contents: entryModule(path, layers),
      }))

      esbuild.onResolve({ filter: /.*/ }, async ({ path, importer, namespace, kind, pluginData, resolveDir }) => {
        if (pluginData === RESOLVING) return undefined
        const from =
          namespace === ENTRY || kind === 'entry-point' ? layers.find('theme.tsx') : files.get(`${namespace}:${importer}`)
        if (path === SEARCH_WORDS.name) return { path: SEARCH_WORDS.file }
        if (path.startsWith('node:') || builtinModules.includes(path)) {
          return {
            errors: [
              {
                text: `A theme can’t import "${path}": templates are pure functions and run where Node’s modules are out of reach.`,
              },
            ],
          }
        }
        if (from) {
          const file = resolveInTheme(layers, path, from)
          if (file !== null) return resolved(file)
          if (/^(?:\.|theme:)/.test(path)) return { errors: [{ text: `"${path}" is not a file of this theme.` }] }
        }
        const folder = /^hono(?:\/|$)/.test(path) ? OWN_FOLDER : from ? dirname(from.absolute) : resolveDir
        return esbuild.resolve(path, { kind, resolveDir: folder, pluginData: RESOLVING })
      })

      esbuild.onLoad({ filter: /.*/ }, async ({ path, namespace }) => {
        const file = files.get(`${namespace}:${path}`)
        if (file === undefined) return undefined
        const loader = LOADERS[extname(path)]
        if (loader === undefined)
          return {
            errors: [{ text: `A component can’t import ${path}; put pictures and other files in the theme’s assets folder.` }],
          }
        return { contents: await readFile(file.absolute), loader }
      })
    },
  }
}

/** Marks our own question to esbuild, so that the plugin does not answer it again. */
const RESOLVING = Symbol('resolving')

const shownPath = (layers: Layers, path: string) => `themes/${layers.name}/${path}`

const nameOf = (path: string) => path.replace(/^.*[\\/]/, '').replace(/\.js$/, '')

function toProblem(message: Message, layers: Layers, severity: Problem['severity']): Problem {
  const { location } = message
  const rule = `theme/${message.id === '' ? 'compile' : message.id}`
  if (location === null || location.file.startsWith(`${ENTRY}:`)) {
    const name = location?.file.slice(ENTRY.length + 1)
    return {
      where: shownPath(layers, 'theme.tsx'),
      rule: name === undefined ? rule : 'theme/template-missing',
      message: name === undefined ? message.text : `The theme exports no template "${name}".`,
      ...(name === undefined ? {} : { hint: `Add a line such as: export { ${name} } from './templates/${name}.tsx'` }),
      severity,
    }
  }
  return {
    where: location.file.replace(/^theme\d+:/, ''),
    line: location.line,
    column: location.column + 1,
    rule,
    message: message.text,
    ...(location.lineText === '' ? {} : { hint: location.lineText.trim() }),
    severity,
  }
}
