import { SourceMap } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import type { PluggableList } from 'unified'
import { nearMiss } from '../config/near-miss.ts'
import { textPlugins } from '../content/markdown/text-plugins.ts'
import { DrowseError } from '../errors/drowse-error.ts'
import { EXTENSION_FILE, templates } from '../model/site-tables.ts'
import type { Query } from '../model/types.ts'
import type { Problem } from '../protocol/types.ts'
import { importModule } from '../render/import-module.ts'
import type { PageSpec, Rendered, Route } from '../render/types.ts'
import type { CompiledExtension, Host, LoadedExtension, Shortcode, SiteExtension } from './types.ts'

/** The module, and a page of a site's own route, are waited for this long. */
const LONGEST_MS = 10_000
/** What stack traces call the module. */
const MODULE = 'drowse-site.mjs'

const KEYS = [
  'remarkPlugins',
  'rehypePlugins',
  'shortcodes',
  'queries',
  'routes',
] as const satisfies readonly (keyof SiteExtension)[]

export interface LoadOptions {
  readonly host: Host
  /** Where the module is kept, as `importModule` says. */
  readonly dir?: string
}

/** Loads a compiled site.ts and checks what it exports. With its map, faults are told with their place. Throws `extension-invalid`. */
export async function loadExtension(
  { source, hash, map }: Pick<CompiledExtension, 'source' | 'hash'> & Partial<Pick<CompiledExtension, 'map'>>,
  { host, dir }: LoadOptions,
): Promise<LoadedExtension> {
  const placeOf = placesIn(map)
  const unloadable = (cause: unknown) => {
    if (cause instanceof DrowseError) throw cause
    throw invalid(`site.ts can’t be loaded: ${messageOf(cause)}`, { cause, ...placeOf(cause) })
  }
  const imported = inTime(importModule(`${source}\n//# sourceURL=${MODULE}`, { dir, name: 'site' }))
  // What it exports may be code too.
  const extension = await imported.then((module) => checkedExtension(module.default)).catch(unloadable)
  const plugins = [...(extension.remarkPlugins ?? []), ...(extension.rehypePlugins ?? [])]
  const queries = checkedQueries(extension.queries ?? [], host)
  const routes = checkedRoutes(extension.routes ?? [], host)
  return {
    hash,
    plugins: plugins.length === 0 ? null : readyPlugins(extension),
    shortcodes: checkedShortcodes(extension.shortcodes ?? {}),
    queries: queries.map(trackedQuery),
    routes: routes.map((route) => guardedRoute(route, placeOf)),
  }
}

function checkedExtension(exported: unknown): SiteExtension {
  if (exported === undefined)
    throw invalid('site.ts has no default export.', { hint: 'End it with `export default defineSite({ … })`.' })
  if (!isMapping(exported)) {
    throw invalid('The default export of site.ts is no object.', { hint: 'Write `export default defineSite({ … })`.' })
  }
  for (const key of Object.keys(exported)) {
    if (KEYS.some((known) => known === key)) continue
    const near = nearMiss(key, KEYS)
    const hint = near === null ? `It may have ${KEYS.join(', ')}.` : `Did you mean \`${near}\`?`
    throw invalid(`\`${key}\` is nothing that a site.ts may have.`, { hint })
  }
  for (const key of ['remarkPlugins', 'rehypePlugins', 'queries', 'routes'] as const)
    if (exported[key] !== undefined && !Array.isArray(exported[key])) throw invalid(`\`${key}\` of site.ts is no list.`)
  if (exported.shortcodes !== undefined && !isMapping(exported.shortcodes))
    throw invalid('`shortcodes` of site.ts is no object.', { hint: 'Write `shortcodes: { name: (view) => … }`.' })
  for (const key of ['remarkPlugins', 'rehypePlugins'] as const)
    for (const [index, plugin] of ((exported[key] ?? []) as readonly unknown[]).entries())
      if (!isPluggable(plugin))
        throw invalid(`\`${key}[${index}]\` of site.ts is no plugin: ${typeof plugin}.`, { hint: PLUGIN_HINT })
  // Its keys were looked at just now, and what is in them is below.
  return exported as SiteExtension
}

const PLUGIN_HINT = 'A plugin is a function, or a list of one and its options. Look whether the import has the right name.'

function isPluggable(value: unknown): boolean {
  if (typeof value === 'function') return true
  if (Array.isArray(value)) return typeof value[0] === 'function'
  return isMapping(value) && Array.isArray(value.plugins)
}

function readyPlugins({ remarkPlugins = [], rehypePlugins = [] }: SiteExtension): LoadedExtension['plugins'] {
  try {
    return textPlugins(remarkPlugins as PluggableList, rehypePlugins as PluggableList)
  } catch (cause) {
    throw invalid(messageOf(cause), { cause })
  }
}

function checkedShortcodes(shortcodes: Readonly<Record<string, unknown>>): ReadonlyMap<string, Shortcode> {
  return new Map(
    Object.entries(shortcodes).map(([name, shortcode]) => {
      if (typeof shortcode !== 'function') throw invalid(`\`shortcodes.${name}\` of site.ts is no function.`)
      return [name, shortcode as Shortcode]
    }),
  )
}

function checkedQueries(queries: readonly unknown[], host: Host): readonly Query[] {
  const names = new Set(host.queries)
  return queries.map((query, index) => {
    if (!isMapping(query) || typeof query.name !== 'string' || typeof query.run !== 'function')
      throw invalid(`\`queries[${index}]\` of site.ts is no query.`, {
        hint: 'Make it with `defineQuery(name, (read, argument) => …)`.',
      })
    claim(query.name, names, `The query name “${query.name}”`)
    return query as unknown as Query
  })
}

function checkedRoutes(routes: readonly unknown[], host: Host): readonly Route[] {
  const names = new Set(host.routes)
  return routes.map((route, index) => {
    if (
      !isMapping(route) ||
      typeof route.name !== 'string' ||
      typeof route.pages !== 'function' ||
      typeof route.render !== 'function'
    )
      throw invalid(`\`routes[${index}]\` of site.ts is no route.`, {
        hint: 'A route has `name`, `pages(read, unit)` and `render(context, argument)`.',
      })
    claim(route.name, names, `The route name “${route.name}”`)
    const over = route.over
    if (over !== undefined && !(isMapping(over) && typeof over.table === 'string' && host.tables.has(over.table)))
      throw invalid(`\`over.table\` of the route “${route.name}” names no table.`, {
        hint: `There are ${[...host.tables].join(', ')}.`,
      })
    return route as unknown as Route
  })
}

function claim(name: string, taken: Set<string>, what: string): void {
  if (taken.has(name)) throw invalid(`${what} in site.ts is taken.`, { hint: 'Give it another name.' })
  taken.add(name)
}

/** Its results depend on its code, too. */
function trackedQuery({ name, run }: Query): Query {
  return {
    name,
    run(read, argument) {
      read.row(templates, EXTENSION_FILE)
      return run(read, argument)
    },
  }
}

type PlaceOf = (error: unknown) => { readonly place?: Place }

/** The same route, which depends on its code, and whose faults are told as the site's. */
function guardedRoute(route: Route, placeOf: PlaceOf): Route {
  const { name, over } = route
  const fault = (cause: unknown, unit?: string) =>
    invalid(`The route “${name}” failed: ${messageOf(cause)}`, {
      cause,
      ...placeOf(cause),
      owner: { route: name, unit: unit ?? '' },
    })
  return {
    name,
    ...(over === undefined ? {} : { over }),
    pages(read, unit) {
      read.row(templates, EXTENSION_FILE)
      try {
        return checkedSpecs(route.pages(read, unit))
      } catch (error) {
        throw fault(error, unit)
      }
    },
    async render(context, argument) {
      context.row(templates, EXTENSION_FILE)
      try {
        return checkedPage(await inTime(route.render(context, argument)))
      } catch (error) {
        throw error instanceof DrowseError ? error : fault(error)
      }
    },
  }
}

function checkedSpecs(specs: unknown): readonly PageSpec[] {
  if (!Array.isArray(specs)) throw new Error('`pages` gave no list.')
  return specs.map((spec: unknown) => {
    if (!isMapping(spec) || typeof spec.path !== 'string' || !spec.path.startsWith('/'))
      throw new Error(`\`pages\` gave a page whose path does not begin with a slash: ${JSON.stringify(spec)}`)
    return { path: spec.path, argument: (spec.argument ?? null) as PageSpec['argument'] }
  })
}

function checkedPage(made: unknown): Rendered {
  if (!isMapping(made) || typeof made.contentType !== 'string')
    throw new Error('`render` gave no `contentType`. It returns `{ content, contentType }`.')
  const { content } = made
  // JSX and hono's `html` give an object that is its text.
  const isText = typeof content === 'string' || (isMapping(content) && content.isEscaped === true)
  const text = content instanceof Uint8Array ? content : isText ? String(content) : null
  if (text === null) throw new Error('The `content` that `render` gave is neither text nor bytes.')
  return { ...(made as unknown as Rendered), content: text }
}

async function inTime<T>(work: T | Promise<T>): Promise<T> {
  const patience = new AbortController()
  const late = sleep(LONGEST_MS, LATE, { signal: patience.signal })
  late.catch(() => {})
  try {
    const made = await Promise.race([work, late])
    if (made === LATE) throw new Error(`It was not done after ${LONGEST_MS / 1000} seconds.`)
    return made as T
  } finally {
    patience.abort()
  }
}

const LATE = Symbol('late')

interface Place {
  readonly where: string
  readonly line: number
  readonly column: number
}

/** The place in the site's own files that an error comes from, as far as the map knows it. */
function placesIn(map: string | undefined): PlaceOf {
  if (map === undefined) return () => ({})
  let read: SourceMap | null = null
  return (error) => {
    const stack = error instanceof Error ? (error.stack ?? '') : ''
    for (const [, line, column] of stack.matchAll(FRAME)) {
      read ??= new SourceMap(JSON.parse(map))
      const entry = read.findEntry(Number(line) - 1, Number(column) - 1)
      if (!('originalSource' in entry) || /node_modules/.test(entry.originalSource)) continue
      const { originalSource: where, originalLine, originalColumn } = entry
      return { place: { where, line: originalLine + 1, column: originalColumn + 1 } }
    }
    return {}
  }
}

/** Tools that read stack traces may call it by its address, as Vitest does. */
const FRAME = new RegExp(`(?:${MODULE.replace('.', '\\.')}|data:text/javascript;base64,[\\w+/=]+):(\\d+):(\\d+)`, 'g')

interface Invalid {
  readonly hint?: string
  readonly cause?: unknown
  readonly place?: Place
  readonly owner?: { readonly route: string; readonly unit: string }
}

function invalid(what: string, { hint, cause, place, owner }: Invalid = {}): DrowseError {
  const message = /[.!?]$/.test(what) ? what : `${what}.`
  const problem: Problem = {
    ...(place ?? { where: EXTENSION_FILE }),
    rule: 'site-ts/invalid',
    message,
    ...(hint === undefined ? {} : { hint }),
    severity: 'error',
  }
  const told = place ? `${message} (${place.where}:${place.line})` : message
  const owners = owner ? { owners: [owner] } : {}
  return new DrowseError('extension-invalid', told, { hint, cause, details: { problems: [problem], ...owners } })
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
