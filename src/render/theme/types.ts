import type { Problem } from '../../protocol/types.ts'
import type { TemplateName } from '../views.ts'

/** A file the theme brings along, published under a name that holds its content's hash. */
export interface ThemeAsset {
  /** Its name in the theme: `style.css`, `fonts/lora-latin.woff2`, or what stands under `assets/`: `favicon.svg`. */
  readonly name: string
  /** Where it is published: `/assets/style.3f2a9c01.css`. */
  readonly path: string
  readonly bytes: Uint8Array
  readonly contentType: string
}

/** A theme as plain data: it can be stored, sent to a machine and loaded there without esbuild. */
export interface CompiledTheme {
  /** One ES module that imports nothing and exports every template. The same sources give the same bytes anywhere. */
  readonly source: string
  /** SHA-256 (hex) of `source`. */
  readonly hash: string
  /** By template, and for the shortcodes: SHA-256 (hex) of the code it can reach. A page is rendered anew when its template's value changes. */
  readonly templates: Readonly<Record<TemplateName | typeof SHORTCODES, string>>
  /** Sorted by name. `style.css` is always there. */
  readonly assets: readonly ThemeAsset[]
  /** False where it has code of packages that are not Drowse's own, which may change though the theme's files do not. */
  readonly isOwn: boolean
  /** Warnings; errors are thrown. */
  readonly problems: readonly Problem[]
}

/** Stands for all of a theme's shortcodes, of which pages that use one depend on all. */
export const SHORTCODES = 'shortcodes'

/** The file of a theme that exports its shortcodes, each under its name. */
export const SHORTCODES_FILE = 'shortcodes.tsx'

/** The templates a theme has to export. */
export const TEMPLATE_NAMES = Object.keys({
  Home: true,
  Post: true,
  Page: true,
  OlderComments: true,
  HeldComment: true,
  CommentMail: true,
  Note: true,
  Product: true,
  Cart: true,
  Order: true,
  Profile: true,
  PostList: true,
  ProductList: true,
  NoteList: true,
  Archive: true,
  Terms: true,
  Search: true,
  NotFound: true,
  Frame: true,
} satisfies Record<TemplateName, true>) as readonly TemplateName[]
