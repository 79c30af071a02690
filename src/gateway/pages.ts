import { html, raw } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'
import type { DrowseError } from '../errors/drowse-error.ts'
import { FRAME_SLOT } from '../protocol/page-frame.ts'
import type { Problem } from '../protocol/types.ts'

type Html = HtmlEscapedString | Promise<HtmlEscapedString>

/** A page of the gateway's own, before it is put into the site's frame. */
export interface Page {
  readonly title: string
  readonly content: Html
  /** What the browser asks for next by itself. The page may be the answer to a POST, whose own address can't be asked for. */
  readonly refresh?: { readonly seconds: number; readonly path: string }
}

/** The whole document: the site's frame around the page, or a plain one. */
export async function framed(page: Page, frame: string | null): Promise<string> {
  const content = String(await page.content)
  const title = String(await html`<title>${page.title}</title>`)
  const { refresh } = page
  const head =
    refresh === undefined
      ? title
      : title + String(await html`<meta http-equiv="refresh" content="${refresh.seconds}; url=${refresh.path}">`)
  if (frame?.includes(FRAME_SLOT) !== true) {
    const body = `<body><main>${content}</main></body>`
    return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">${head}</head>${body}</html>`
  }
  // Functions, so that a `$` in what people wrote is only a `$`.
  return frame.replace(/<title>[^<]*<\/title>/, () => head).replace(FRAME_SLOT, () => content)
}

/** What went wrong, with links to the fields at fault and the form as it was sent. `form` is safe HTML. */
export function errorPage(error: DrowseError, problems: readonly Problem[], form: string | null): Page {
  const title = titleOf(error)
  return {
    title,
    content: html`<section class="gateway">
<div class="error-summary" role="alert" tabindex="-1" aria-labelledby="error-title">
<h1 id="error-title">${title}</h1>
<p>${error.message}</p>
${error.hint === undefined ? '' : html`<p>${error.hint}</p>`}
${problems.length === 0 ? '' : html`<ul>${problems.map((problem) => summaryLine(problem, form))}</ul>`}
</div>
${form === null ? '' : raw(form)}
</section>`,
  }
}

function summaryLine({ where, message, hint }: Problem, form: string | null): Html {
  const words = hint === undefined ? message : `${message} ${hint}`
  const isField = form !== null && /^[A-Za-z][\w-]*$/.test(where) && form.includes(`id="${where}"`)
  return isField ? html`<li><a href="#${where}">${words}</a></li>` : html`<li>${words}</li>`
}

function titleOf(error: DrowseError): string {
  if (error.status === 404) return 'Not found'
  if (error.code === 'proof-needed') return 'One moment'
  if (error.code === 'too-many-writes' || error.code === 'queue-full') return 'Not sent yet'
  if (error.status === 503) return 'Not saved yet'
  if (error.status >= 500) return 'Something went wrong'
  return 'There is a problem'
}

/** The write is accepted and not visible yet. */
export function waitingPage(noun: string, statusPath: string): Page {
  return {
    title: `Your ${noun} is on its way`,
    refresh: { seconds: 2, path: statusPath },
    content: html`<section class="gateway" role="status">
<h1>Your ${noun} is on its way</h1>
<p>It is saved and will appear shortly. This page looks for it by itself every two seconds.</p>
<p><a href="${statusPath}">Look now</a></p>
</section>`,
  }
}

/** The write is put aside: it is kept, and tried again when the gateway starts. */
export function parkedPage(noun: string): Page {
  return {
    title: `Your ${noun} is kept`,
    content: html`<section class="gateway" role="status">
<h1>Your ${noun} is kept</h1>
<p>It is saved, but it could not be added to the site. It is tried again the next time the site’s server is started; you need not send it again.</p>
</section>`,
  }
}

/** The write is done and there is no page to look at. */
export function donePage(noun: string): Page {
  return {
    title: 'Done',
    content: html`<section class="gateway" role="status"><h1>Done</h1><p>Your ${noun} has arrived.</p></section>`,
  }
}

/** What a visitor may do with what they wrote. The content is safe HTML. */
export function ownPage({ title, html: content }: { readonly title: string; readonly html: string }): Page {
  return {
    title,
    content: html`<section class="gateway">
<h1>${title}</h1>
${raw(content)}
</section>`,
  }
}

/** The write is done, and the page it is about does not show it (yet). */
export function noticePage(noun: string, notice: string, location: string | null): Page {
  return {
    title: `Your ${noun} has arrived`,
    content: html`<section class="gateway" role="status">
<h1>Your ${noun} has arrived</h1>
<p>${notice}</p>
${location === null ? '' : html`<p><a href="${location}">Back to the page</a></p>`}
</section>`,
  }
}
