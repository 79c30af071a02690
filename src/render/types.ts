import type { Body } from '../content/types.ts'
import type { Read } from '../model/types.ts'
import type { Json, ObjectInfo, Problem } from '../protocol/types.ts'
import type { ShortcodeView, TemplateName, Templates } from './views.ts'

/** A page a route yields: its path (`/posts/hello/`, `/feed.xml`) and what its render function is told. */
export interface PageSpec {
  readonly path: string
  readonly argument: Json
}

/** A published path, or the path of a file in the site's folder, that is not there. */
export interface LostPath {
  readonly path: string
  readonly among: 'pages' | 'files'
}

/** What is wrong with what a page shows. */
export interface PageProblem extends Problem {
  /** What the first of these was most likely meant to be becomes the hint when the problem is told, since that depends on all the site has by then. */
  readonly lost?: readonly LostPath[]
}

/** What a page looks at while it renders. */
export interface PageContext extends Read {
  /** The page's own path. */
  readonly path: string
  /** Renders a theme's template to a whole HTML document; the page then depends on that template and the components it uses. */
  template<Name extends TemplateName>(name: Name, props: Templates[Name]): string
  /** A shortcode's HTML; the page then depends on the theme's shortcodes. If there is none of that name, what was probably meant, or null. */
  shortcode(name: string, props: ShortcodeView): { readonly html: string } | { readonly html: null; readonly near: string | null }
  /** A cached body by its hash. Its content can't change, so nothing is recorded. */
  body(hash: string): Body
  /** Whether something is published at this path: a page, or a file. The reader learns of it when that changes. */
  hasPage(path: string): boolean
  /** Tells what is wrong with what the page shows. The page is rendered all the same. */
  report(problem: PageProblem): void
  /** Bytes by their SHA-256. */
  blob(hash: string): Uint8Array
}

export interface Rendered {
  readonly content: string | Uint8Array
  readonly contentType: string
  readonly cache?: ObjectInfo['cache']
  /** Where readers are sent instead, by servers that can. */
  readonly redirect?: string
}

/**
 * A rule that yields pages. With `over`, it has one unit per row of that table and is asked again about a unit only when what it read for it changed; so a
 * new post costs one unit, not a walk over all posts. Without, it has the single unit `''`.
 */
export interface Route {
  readonly name: string
  readonly over?: { readonly table: string; readonly keyPrefix?: string }
  pages(read: Read, unit: string): readonly PageSpec[]
  render(context: PageContext, argument: Json): Rendered | Promise<Rendered>
}
