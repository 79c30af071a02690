/** What a `site.ts` imports from `drowse/site`. */
import type { SiteExtension } from './types.ts'

export type { Entry } from '../content/types.ts'
export { dataFiles, entries, inLanguage, terms } from '../model/site-tables.ts'
export { defineQuery } from '../model/table.ts'
export type { Query, Range, Read, Spot } from '../model/types.ts'
export type { Json } from '../protocol/types.ts'
export { HTML } from '../render/content-type.ts'
export { entryLink, entryLinks, entryView, pageView, textSetting } from '../render/page-view.ts'
export type { PageContext, PageSpec, Rendered, Route } from '../render/types.ts'
export type { EntryLinkView, EntryView, PageView, ShortcodeView } from '../render/views.ts'
export type { Shortcode, SiteExtension } from './types.ts'

/** Says what a site.ts adds to its site, so that an editor can check it. Returns it as it is. */
export function defineSite(extension: SiteExtension): SiteExtension {
  return extension
}
