/** What JSX is checked by, in Drowse's themes and in those of sites. The code is in `jsx-runtime.ts`; a site's compiler sees this alone, whatever its settings. */
import type { Child } from 'hono/jsx'
import type { JSX as HonoJsx } from 'hono/jsx/jsx-runtime'
import type { HtmlEscapedString } from 'hono/utils/html'

/** hono's types know the elements of HTML and their attributes. */
export declare namespace JSX {
  /** Called a string, as hono does, so that it can be a `Child`. */
  type Element = HtmlEscapedString
  type ElementType = string | ((props: never) => Child)
  type ElementChildrenAttribute = HonoJsx.ElementChildrenAttribute
  type IntrinsicElements = HonoJsx.IntrinsicElements
  type IntrinsicAttributes = HonoJsx.IntrinsicAttributes
}

export declare const Fragment: (props: { readonly children?: Child }) => Child
