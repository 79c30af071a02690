/**
 * Where the site publishes its layout around nothing, for the pages that others than the site's own routes write: one for each of its languages. Null: the site's own.
 */
export function framePath(language: string | null): string {
  return `/_drowse/frame/${language === null ? '' : `${language.toLowerCase()}/`}`
}

/** Its key in the store. */
export function frameKey(language: string | null): string {
  return `${framePath(language).slice(1)}index.html`
}

/** What stands in the frame where such a page's words go. */
export const FRAME_SLOT = '<!--drowse:slot-->'
