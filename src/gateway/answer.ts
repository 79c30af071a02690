import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { DrowseError } from '../errors/drowse-error.ts'
import { known } from '../errors/words/say.ts'
import type { Speech } from '../errors/words/types.ts'
import type { JournalEntry } from '../journal/types.ts'
import type { Problem, Receipt } from '../protocol/types.ts'
import { POLICY_WITH_SCRIPT } from './headers.ts'
import { resultLocation } from './location.ts'
import { donePage, errorPage, framed, ownPage, type Page, parkedPage, waitingPage } from './pages.ts'
import { toldIn } from './speech.ts'
import type { GatewayOptions } from './types.ts'

/** How the gateway answers one request: as a page for a person or as JSON for a program. */
export interface Answers {
  /** `form` is the form as it was sent, as safe HTML. */
  error(error: DrowseError, problems?: readonly Problem[], form?: string | null): Promise<Response>
  /** What a write came to. */
  receipt(entry: JournalEntry, receipt: Receipt, isFresh: boolean, form?: string | null): Promise<Response>
  /** 202: the write is accepted and not visible yet. */
  waiting(entry: JournalEntry): Promise<Response>
  /** What a visitor may do with what they wrote. `html` is safe. */
  own(page: { readonly title: string; readonly html: string }): Promise<Response>
  /** The state of a write that somebody asked for later. */
  status(entry: JournalEntry): Promise<Response>
}

const RETRY_AFTER_SECONDS = '30'

export function createAnswers(
  c: Context,
  { frame, published }: Pick<GatewayOptions, 'frame' | 'published'>,
  options: { readonly isProgram: boolean; readonly speech: Speech; readonly nounOf: (kind: string) => string },
): Answers {
  const { isProgram, nounOf, speech } = options

  async function page(content: Page, status: number): Promise<Response> {
    // The status comes from the table of codes or from here; a frame that can't be read must not hide the answer.
    return c.html(await framed(content, await frame(speech.language).catch(() => null), speech), contentful(status))
  }

  async function error(problem: DrowseError, problems: readonly Problem[] = [], form: string | null = null): Promise<Response> {
    const { retryAfterSeconds } = problem.details
    if (problem.details.challenge !== undefined) c.header('Content-Security-Policy', POLICY_WITH_SCRIPT)
    if (typeof retryAfterSeconds === 'number') c.header('Retry-After', String(retryAfterSeconds))
    else if (problem.status === 503) c.header('Retry-After', RETRY_AFTER_SECONDS)
    if (problem.status === 401) c.header('WWW-Authenticate', 'Bearer')
    if (!isProgram) return await page(errorPage(speech, problem, toldIn(speech, problems), form), problem.status)
    const { code, message, hint } = problem
    return c.json(
      { error: { code, message, ...(hint === undefined ? {} : { hint }), problems: problems.map(withoutSaying) } },
      contentful(problem.status),
    )
  }

  async function receiptAnswer(
    { write }: JournalEntry,
    receipt: Receipt,
    isFresh: boolean,
    form: string | null = null,
  ): Promise<Response> {
    if (receipt.status === 'rejected') {
      const { code, message, hint, saying, hintSaying, problems = [] } = receipt
      return await error(new DrowseError(code, known(saying) ?? message, { hint: known(hintSaying) ?? hint }), problems, form)
    }
    const location = resultLocation(receipt, published)
    if (isProgram) {
      if (location !== null) c.header('Location', location)
      return c.json({ id: write.id, status: receipt.status, location, receipt }, isFresh ? 201 : 200)
    }
    return location === null ? await page(donePage(speech, nounOf(write.kind)), 200) : c.redirect(location, 303)
  }

  async function waiting({ write }: JournalEntry): Promise<Response> {
    const location = statusPath(write.id)
    c.header('Location', location)
    if (isProgram) return c.json({ id: write.id, status: 'accepted', location, receipt: null }, 202)
    return await page(waitingPage(speech, nounOf(write.kind), location), 202)
  }

  async function status(entry: JournalEntry): Promise<Response> {
    const { write, state, receipt } = entry
    if (isProgram) {
      const isDone = state === 'published'
      const location = isDone && receipt?.status === 'applied' ? resultLocation(receipt, published) : null
      return c.json({
        id: write.id,
        status: isDone && receipt !== null ? receipt.status : state,
        location,
        receipt: isDone && receipt !== null ? inEnglishAlone(receipt) : null,
      })
    }
    if (state === 'parked') return await page(parkedPage(speech, nounOf(write.kind)), 200)
    if (state !== 'published' || receipt === null)
      return await page(waitingPage(speech, nounOf(write.kind), statusPath(write.id)), 200)
    return await receiptAnswer(entry, receipt, false)
  }

  const own: Answers['own'] = (content) => page(ownPage(content), 200)

  return { error, own, receipt: receiptAnswer, waiting, status }
}

/** Programs read codes; the sentences are for people, and the English ones for those who write programs. */
function withoutSaying({ saying: _saying, ...problem }: Problem): Problem {
  return problem
}

function inEnglishAlone(receipt: Receipt): Receipt {
  if (receipt.status === 'applied') return receipt
  const { saying: _saying, hintSaying: _hintSaying, problems, ...told } = receipt
  return { ...told, ...(problems === undefined ? {} : { problems: problems.map(withoutSaying) }) }
}

function statusPath(id: string): string {
  return `/-/writes/${id}`
}

function contentful(status: number): ContentfulStatusCode {
  switch (status) {
    case 200:
    case 202:
    case 400:
    case 401:
    case 403:
    case 404:
    case 405:
    case 409:
    case 413:
    case 415:
    case 422:
    case 429:
    case 503:
      return status
    default:
      return 500
  }
}
