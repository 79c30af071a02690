/** Where the site publishes its layout around nothing, for the pages that others than the site's own routes write. */
export const FRAME_PATH = '/_drowse/frame/'

/** Its key in the store. */
export const FRAME_KEY = '_drowse/frame/index.html'

/** What stands in the frame where such a page's words go. */
export const FRAME_SLOT = '<!--drowse:slot-->'
