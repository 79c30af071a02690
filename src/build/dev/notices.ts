import { FRAME_SLOT } from '../../protocol/page-frame.ts'

const STYLE = 'body{font:1rem/1.6 system-ui,sans-serif;max-width:38rem;margin:15vh auto;padding:0 1.5rem;color-scheme:light dark}'

const TAKES_NOTHING = `<h1>Nothing was sent</h1>
<p><code>drowse dev</code> shows the site as you write it; it has no gateway and no machine, so it takes no comments, orders or posts.</p>
<p>To try them, run <code>drowse start</code>: it serves this site and takes its writes.</p>`

const NOT_BUILT = `<h1>Not built yet</h1>
<p>The site has an error that keeps it from being built. This page reloads by itself once that is mended.</p>`

const NOT_THERE = '<h1>Not found</h1><p>The site has no page at this address.</p>'

/** Answers a form that was sent to the dev server, in the site's own frame if there is one. */
export function takesNothing(frame: string | null): string {
  return frame?.includes(FRAME_SLOT) ? frame.replace(FRAME_SLOT, () => TAKES_NOTHING) : plain('Nothing was sent', TAKES_NOTHING)
}

export function notBuilt(): string {
  return plain('Not built yet', NOT_BUILT)
}

export function notThere(): string {
  return plain('Not found', NOT_THERE)
}

/** The page with the script that keeps it fresh; the file on disk has none. */
export function withClient(html: string, shown: { readonly key: string; readonly hash: string }): string {
  const script = `<script src="/-/dev/client.js" data-key="${attribute(shown.key)}" data-hash="${attribute(shown.hash)}" defer></script>`
  const end = html.indexOf('</head>')
  return end === -1 ? html + script : html.slice(0, end) + script + html.slice(end)
}

function plain(title: string, content: string): string {
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${STYLE}</style></head><body><main>${content}</main></body></html>`
}

function attribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
}
