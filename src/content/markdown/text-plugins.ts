import type { Root as HastRoot } from 'hast'
import type { Root as MdastRoot } from 'mdast'
import remarkDirective from 'remark-directive'
import remarkGfm from 'remark-gfm'
import remarkParse from 'remark-parse'
import { type Pluggable, type PluggableList, type Plugin, type Processor, unified } from 'unified'
import type { VFile } from 'vfile'
import type { Parser } from './types.ts'

/** Takes what a run came to: the tree, or why there is none. */
export type Next<Tree> = (error: Error | undefined, tree: Tree | undefined) => void

/** A site's own plugins, ready to run. What throws in one of them arrives as an error that names it. */
export interface TextPlugins {
  /** Where one of them extends the syntax, which the default parser can't be taught; else null. */
  readonly parse: Parser['parse'] | null
  /** As far as no plugin waits for something, `next` is called before this returns. */
  remark(tree: MdastRoot, file: VFile, next: Next<MdastRoot>): void
  rehype(tree: HastRoot, file: VFile, next: Next<HastRoot>): void
}

/** Readies plugins as unified's `use` takes them: alone, with options, or in presets. Throws if one of them does so when it is set up. */
export function textPlugins(remark: PluggableList, rehype: PluggableList): TextPlugins {
  const remarks = unified()
    .use({ plugins: named(remark, 'remarkPlugins') })
    .freeze()
  const rehypes = unified()
    .use({ plugins: named(rehype, 'rehypePlugins') })
    .freeze()
  return {
    parse: extendsSyntax(remarks) ? parserWith(remark) : null,
    remark: (tree, file, next) => remarks.run(tree, file, (error, made) => void next(error, made as MdastRoot | undefined)),
    rehype: (tree, file, next) => rehypes.run(tree, file, (error, made) => void next(error, made as HastRoot | undefined)),
  }
}

/** What a plugin that teaches remark-parse a syntax leaves behind: micromark's extensions, or a parser of its own. */
function extendsSyntax(processor: Processor): boolean {
  const { micromarkExtensions, fromMarkdownExtensions } = processor.data() as Readonly<Record<string, unknown>>
  return [micromarkExtensions, fromMarkdownExtensions].some(Array.isArray) || processor.parser !== undefined
}

function parserWith(remark: PluggableList): Parser['parse'] {
  const plugins = named(remark, 'remarkPlugins')
  const plain = unified().use(remarkParse).use(remarkGfm, { singleTilde: true }).use({ plugins }).freeze()
  const withDirectives = plain().use(remarkDirective).freeze()
  return (markdown, options) => (options?.directives ? withDirectives : plain).parse(markdown) as MdastRoot
}

type Transformer = (this: unknown, ...given: unknown[]) => unknown

/** The same plugins, whose errors say which of them it was. */
function named(list: PluggableList, key: string): PluggableList {
  return list.map((pluggable, index) => namedOne(pluggable, `${key}[${index}]`))
}

function namedOne(pluggable: Pluggable, place: string): Pluggable {
  if (typeof pluggable === 'function') return wrapped(pluggable, place)
  if (Array.isArray(pluggable)) {
    const [plugin, ...options] = pluggable
    return [wrapped(plugin, place), ...options] as Pluggable
  }
  return { ...pluggable, ...(pluggable.plugins ? { plugins: named(pluggable.plugins, place) } : {}) }
}

/** One and the same for a plugin that stands twice, as unified tells plugins apart by themselves. */
const known = new WeakMap<Plugin, Plugin>()

function wrapped(plugin: Plugin, place: string): Plugin {
  const name = plugin.name === '' ? place : `${plugin.name} (${place})`
  const own =
    known.get(plugin) ??
    function named(this: Processor, ...options: unknown[]) {
      const transformer = naming(name, () => (plugin as Transformer).apply(this, options))
      return typeof transformer === 'function' ? wrappedTransformer(transformer as Transformer, name) : undefined
    }
  known.set(plugin, own as Plugin)
  return own as Plugin
}

/** Keeps the number of parameters: unified gives a third, to be called at the end, to those that name one. */
function wrappedTransformer(transformer: Transformer, name: string): Transformer {
  if (transformer.length > 2) {
    return function (tree, file, next) {
      const told = (error: unknown, ...rest: unknown[]) =>
        (next as (...all: unknown[]) => void)(error ? pluginFault(name, error) : error, ...rest)
      return naming(name, () => transformer.call(this, tree, file, told))
    }
  }
  return function (tree, file) {
    const made = naming(name, () => transformer.call(this, tree, file))
    if (!(made instanceof Promise)) return made
    return made.catch((error: unknown) => {
      throw pluginFault(name, error)
    })
  }
}

function naming<T>(name: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw pluginFault(name, error)
  }
}

/** An error that names the plugin. `line` is the text's, where the plugin said it. */
export interface PluginFault extends Error {
  readonly line?: number
}

function pluginFault(name: string, cause: unknown): PluginFault {
  const said = cause instanceof Error ? ('reason' in cause ? String(cause.reason) : cause.message) : String(cause)
  const line = cause instanceof Error && 'line' in cause && typeof cause.line === 'number' ? { line: cause.line } : {}
  // A stack that can't reach deeper is the text's fault, and told as such.
  if (cause instanceof RangeError) return cause
  return Object.assign(new Error(`The plugin ${name} failed: ${said}`, { cause }), line)
}
