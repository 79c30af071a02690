import type { PluggableList } from 'unified'
import type { TextPlugins } from '../content/markdown/text-plugins.ts'
import type { Query } from '../model/types.ts'
import type { Problem } from '../protocol/types.ts'
import type { Route } from '../render/types.ts'
import type { ShortcodeView } from '../render/views.ts'

/** A shortcode: gets what stands in the text, returns HTML. `html` of `hono/html` escapes what it is given; JSX does so too. */
export type Shortcode = (view: ShortcodeView) => unknown

/** What a `site.ts` may add to its site. */
export interface SiteExtension {
  /** Plugins for Markdown’s tree, as unified’s `use` takes them: `plugin`, `[plugin, options]`, or a preset. */
  readonly remarkPlugins?: PluggableList
  /** Plugins for the HTML’s tree. Headings have their ids by then. */
  readonly rehypePlugins?: PluggableList
  /** By name; one of the theme’s of the same name stands back. */
  readonly shortcodes?: Readonly<Record<string, Shortcode>>
  /** Queries of its own that its routes ask. */
  readonly queries?: readonly Query<never>[]
  readonly routes?: readonly Route[]
}

/** A site.ts as plain data: it can be stored, sent to a machine and loaded there without esbuild. */
export interface CompiledExtension {
  /** One ES module that imports nothing but Node's own modules, with a SiteExtension as its default export. */
  readonly source: string
  /** SHA-256 (hex) of `source`. */
  readonly hash: string
  /** Its source map as JSON, with names relative to the site. */
  readonly map: string
  /** The site's own files that it is made of, absolute. */
  readonly files: readonly string[]
  /** All files that it is made of, and the package.json of each package: it is the same as long as these are. */
  readonly inputs: readonly string[]
  /** Warnings; errors are thrown. */
  readonly problems: readonly Problem[]
}

/** A site.ts in use. */
export interface LoadedExtension {
  /** Null for a site without one. */
  readonly hash: string | null
  readonly plugins: TextPlugins | null
  readonly shortcodes: ReadonlyMap<string, Shortcode>
  readonly queries: readonly Query[]
  readonly routes: readonly Route[]
}

/** What a site.ts meets: names that are taken, and tables that there are. */
export interface Host {
  readonly routes: ReadonlySet<string>
  readonly queries: ReadonlySet<string>
  readonly tables: ReadonlySet<string>
}

export const NO_EXTENSION: LoadedExtension = {
  hash: null,
  plugins: null,
  shortcodes: new Map(),
  queries: [],
  routes: [],
}
