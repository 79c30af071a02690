import { randomUUID } from 'node:crypto'
import * as v from 'valibot'
import { isErrorCode } from '../errors/codes.ts'
import { DrowseError } from '../errors/drowse-error.ts'
import type { Problem } from '../protocol/types.ts'
import type { Terminal } from './terminal.ts'

const problemsSchema = v.array(
  v.looseObject({
    where: v.string(),
    line: v.optional(v.number()),
    column: v.optional(v.number()),
    rule: v.optional(v.string(), ''),
    message: v.string(),
    hint: v.optional(v.string()),
    severity: v.optional(v.picklist(['error', 'warning']), 'error'),
  }),
)

/** What the gateway answers to a write, as far as this verb reads it. */
const answerSchema = v.object({
  id: v.optional(v.string()),
  location: v.optional(v.nullable(v.string())),
  receipt: v.optional(
    v.nullable(v.object({ status: v.string(), result: v.optional(v.unknown()), problems: v.optional(problemsSchema, []) })),
  ),
  error: v.optional(
    v.object({
      code: v.string(),
      message: v.string(),
      hint: v.optional(v.string()),
      problems: v.optional(problemsSchema, []),
    }),
  ),
})

export type Answer = v.InferOutput<typeof answerSchema>

/** The owner's token: the one given, else that of the DROWSE_TOKEN variable. Throws `token-missing`; `what` begins its sentence. */
export function tokenOf(given: string | undefined, what: string): string {
  const token = given ?? process.env.DROWSE_TOKEN
  if (token !== undefined && token !== '') return token
  throw new DrowseError('token-missing', `${what} needs the owner’s token.`, {
    hint: 'Make one with `drowse token` and pass it with --token or DROWSE_TOKEN.',
  })
}

/** Sends the owner's write and waits for what came of it. What the gateway refuses is thrown as it says it, with the problems told before. */
export async function sendWrite(
  terminal: Terminal,
  url: URL,
  body: unknown,
  token: string,
): Promise<{ readonly answer: Answer; readonly isWaiting: boolean }> {
  const response = await post(url, body, token)
  const answer = await parseAnswer(response, url)
  if (answer.error) throw refusal(terminal, answer.error)
  return { answer, isWaiting: response.status === 202 }
}

function refusal(terminal: Terminal, { code, message, hint, problems }: NonNullable<Answer['error']>): DrowseError {
  terminal.problems(problemsOf(problems))
  return new DrowseError(isErrorCode(code) ? code : 'internal', message, { hint, details: { code, message, hint, problems } })
}

/** One of the owner's own pages as JSON; null where there is none. Reading it wakes nothing. */
export async function readPrivate(terminal: Terminal, to: URL, path: string, token: string): Promise<unknown> {
  return await askOwner(terminal, new URL(`/-/private/${path}`, to), token)
}

/** What the gateway tells its owner as JSON; null for what is not there. With `asked`, which is sent once: it asks for something to be done. */
export async function askOwner(terminal: Terminal, url: URL, token: string, asked?: unknown): Promise<unknown> {
  const headers = { authorization: `Bearer ${token}`, accept: 'application/json', 'content-type': 'application/json' }
  const request = asked === undefined ? { headers } : { headers, method: 'POST', body: JSON.stringify(asked) }
  const response = await fetch(url, request).catch((cause: unknown) => {
    throw new DrowseError('machine-failed', `${url.origin} did not answer.`, { cause, hint: 'Is `drowse start` running there?' })
  })
  if (response.status === 404) return null
  if (response.ok) return await response.json()
  const { error } = await parseAnswer(response, url)
  throw error === undefined ? notDrowse(url, response.status) : refusal(terminal, error)
}

export function problemsOf(told: v.InferOutput<typeof problemsSchema>): readonly Problem[] {
  return told.map(({ where, line, column, rule, message, hint, severity }) => ({
    where,
    rule,
    message,
    severity,
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
    ...(hint === undefined ? {} : { hint }),
  }))
}

/** Throws `usage`. */
export function parseUrl(text: string): URL {
  try {
    return new URL(text)
  } catch (cause) {
    throw new DrowseError('usage', `${text} is not an address.`, {
      cause,
      hint: 'It looks like https://example.org or http://localhost:3000.',
    })
  }
}

/** Sends until it is answered: with its idempotency key, the second delivery of a write is the same write. */
async function post(url: URL, body: unknown, token: string): Promise<Response> {
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json',
    authorization: `Bearer ${token}`,
    'idempotency-key': randomUUID(),
  }
  const request = { method: 'POST', headers, body: JSON.stringify(body) }
  const unreachable = (cause: unknown) =>
    new DrowseError('machine-failed', `${url.origin} did not answer.`, {
      cause,
      hint: 'Is `drowse start` running there? It can be sent again.',
    })
  return fetch(url, request).catch(() =>
    fetch(url, request).catch((cause: unknown) => {
      throw unreachable(cause)
    }),
  )
}

async function parseAnswer(response: Response, url: URL): Promise<Answer> {
  const parsed = v.safeParse(answerSchema, await response.json().catch(() => null))
  if (parsed.success) return parsed.output
  throw notDrowse(url, response.status)
}

function notDrowse(url: URL, status: number): DrowseError {
  return new DrowseError('usage', `${url.origin} answered ${status}, but not as a Drowse gateway does.`, {
    hint: 'Check the address after --to.',
  })
}
