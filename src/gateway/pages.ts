import { html, raw } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'
import type { DrowseError } from '../errors/drowse-error.ts'
import type { SentenceKey, Speech } from '../errors/words/types.ts'
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
export async function framed(page: Page, frame: string | null, { language, spoken }: Speech): Promise<string> {
  const content = String(await page.content)
  const title = String(await html`<title>${page.title}</title>`)
  const { refresh } = page
  const head =
    refresh === undefined
      ? title
      : title + String(await html`<meta http-equiv="refresh" content="${refresh.seconds}; url=${refresh.path}">`)
  if (frame?.includes(FRAME_SLOT) !== true) {
    const body = `<body><main>${content}</main></body>`
    return `<!doctype html><html lang="${spoken}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">${head}</head>${body}</html>`
  }
  // The frame is in the site's words, and where nobody has ours in that language they are English.
  const told = spoken === language ? content : `<div lang="${spoken}">${content}</div>`
  // Functions, so that a `$` in what people wrote is only a `$`.
  return frame.replace(/<title>[^<]*<\/title>/, () => head).replace(FRAME_SLOT, () => told)
}

/** What went wrong, with links to the fields at fault and the form as it was sent. `problems` are told in the visitor's language; `form` is safe HTML. */
export function errorPage(speech: Speech, error: DrowseError, problems: readonly Problem[], form: string | null): Page {
  const title = speech.say(titleOf(error))
  const hint = hintOf(speech, error)
  return {
    title,
    content: html`<section class="gateway">
<div class="error-summary" role="alert" tabindex="-1" aria-labelledby="error-title">
<h1 id="error-title">${title}</h1>
<p>${speech.tell(error.saying, error.message, error.code)}</p>
${hint === undefined ? '' : html`<p>${hint}</p>`}
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

/** What nobody has in the visitor's language is left out: the message says what matters. */
function hintOf({ spoken, tell }: Speech, { hint, hintSaying, saying }: DrowseError): string | undefined {
  if (hint === undefined) return undefined
  return hintSaying === undefined && saying === undefined && !spoken.startsWith('en') ? undefined : tell(hintSaying, hint)
}

function titleOf(error: DrowseError): SentenceKey {
  if (error.status === 404) return 'titleNotFound'
  if (error.code === 'proof-needed') return 'titleMoment'
  if (error.code === 'too-many-writes' || error.code === 'queue-full') return 'titleNotSent'
  if (error.status === 503) return 'titleNotSaved'
  if (error.status >= 500) return 'titleWrong'
  return 'titleProblem'
}

/** The write is accepted and not visible yet. */
export function waitingPage({ say }: Speech, noun: string, statusPath: string): Page {
  const title = say('onItsWay', { noun })
  return {
    title,
    refresh: { seconds: 2, path: statusPath },
    content: html`<section class="gateway" role="status">
<h1>${title}</h1>
<p>${say('onItsWayText')}</p>
<p><a href="${statusPath}">${say('lookNow')}</a></p>
</section>`,
  }
}

/** The write is put aside: it is kept, and tried again when the gateway starts. */
export function parkedPage({ say }: Speech, noun: string): Page {
  const title = say('parked', { noun })
  return {
    title,
    content: html`<section class="gateway" role="status">
<h1>${title}</h1>
<p>${say('parkedText')}</p>
</section>`,
  }
}

/** The write is done and there is no page to look at. */
export function donePage({ say }: Speech, noun: string): Page {
  const title = say('done')
  return {
    title,
    content: html`<section class="gateway" role="status"><h1>${title}</h1><p>${say('arrivedText', { noun })}</p></section>`,
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
