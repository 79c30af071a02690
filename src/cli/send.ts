import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import * as v from 'valibot'
import { isErrorCode } from '../errors/codes.ts'
import { DrowseError } from '../errors/drowse-error.ts'
import type { Terminal } from './terminal.ts'

/** What the gateway answers to a write, as far as this verb reads it. */
const answerSchema = v.object({
  id: v.optional(v.string()),
  location: v.optional(v.nullable(v.string())),
  receipt: v.optional(v.nullable(v.object({ status: v.string(), result: v.optional(v.unknown()) }))),
  error: v.optional(
    v.object({
      code: v.string(),
      message: v.string(),
      hint: v.optional(v.string()),
      problems: v.optional(
        v.array(
          v.looseObject({ where: v.string(), line: v.optional(v.number()), message: v.string(), hint: v.optional(v.string()) }),
        ),
      ),
    }),
  ),
})

type Answer = v.InferOutput<typeof answerSchema>

/** `drowse send`: one post to a running site. Exit code 0 once it is published or safely accepted. */
export async function runSend(
  terminal: Terminal,
  file: string,
  options: { to: string; token?: string; as?: string },
): Promise<number> {
  const token = options.token ?? process.env.DROWSE_TOKEN
  if (token === undefined || token === '') {
    throw new DrowseError('token-missing', 'Sending a post needs the owner’s token.', {
      hint: 'Make one with `drowse token` and pass it with --token or DROWSE_TOKEN.',
    })
  }
  const text = await readPost(file)
  const path = options.as ?? `content/posts/${basename(file)}`
  const url = new URL('/-/post.save', parseUrl(options.to))
  const startedAt = performance.now()
  const response = await post(url, { path, text }, token)
  const answer = await parseAnswer(response, url)
  if (answer.error) {
    const lines = (answer.error.problems ?? []).map(
      (problem) =>
        `${problem.where}${problem.line === undefined ? '' : `:${problem.line}`}: ${problem.message}${problem.hint === undefined ? '' : ` ${problem.hint}`}`,
    )
    for (const line of lines) terminal.line(line)
    const { code, message, hint } = answer.error
    throw new DrowseError(isErrorCode(code) ? code : 'internal', message, { hint, details: { ...answer.error } })
  }
  const where = answer.location ? new URL(answer.location, url).href : url.origin
  const ms = Math.round(performance.now() - startedAt)
  terminal.line(response.status === 202 ? `Accepted; it will be published soon: ${where}` : `Published in ${ms} ms: ${where}`)
  terminal.result({ ...answer, ms })
  return 0
}

async function readPost(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new DrowseError('usage', `The file ${file} can’t be read.`, { cause, hint: 'Name a Markdown file.' })
  }
}

function parseUrl(text: string): URL {
  try {
    return new URL(text)
  } catch (cause) {
    throw new DrowseError('usage', `${text} is not an address.`, {
      cause,
      hint: 'It looks like https://example.org or http://localhost:3000.',
    })
  }
}

/** Sends until it is answered: with its idempotency key, the second delivery of a post is the same post. */
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
      hint: 'Is `drowse start` running there? The post can be sent again.',
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
  throw new DrowseError('usage', `${url.origin} answered ${response.status}, but not as a Drowse gateway does.`, {
    hint: 'Check the address after --to.',
  })
}
