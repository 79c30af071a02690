import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import * as v from 'valibot'
import { slugify } from '../content/slug.ts'
import { decodeSource } from '../content/source-text.ts'
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

const draftSchema = v.object({ draft: v.literal(true) })
const scheduledSchema = v.object({ scheduled: v.string() })

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
  const path = options.as ?? pathOf(file)
  const text = await readPost(file, path)
  const url = new URL('/-/post.save', parseUrl(options.to))
  const startedAt = performance.now()
  const response = await post(url, { path, text }, token)
  const answer = await parseAnswer(response, url)
  if (answer.error) {
    terminal.problems(problemsOf(answer.error.problems))
    const { code, message, hint } = answer.error
    throw new DrowseError(isErrorCode(code) ? code : 'internal', message, { hint, details: { ...answer.error } })
  }
  terminal.problems(problemsOf(answer.receipt?.problems ?? []))
  const ms = Math.round(performance.now() - startedAt)
  terminal.line(outcome(answer, { url, path, ms, isWaiting: response.status === 202 }))
  terminal.result({ ...answer, ms })
  return 0
}

/** What became of the post, for a person. */
function outcome(
  { location, receipt }: Answer,
  { url, path, ms, isWaiting }: { readonly url: URL; readonly path: string; readonly ms: number; readonly isWaiting: boolean },
): string {
  const where = location ? new URL(location, url).href : url.origin
  if (isWaiting) return `Accepted; it will be published soon: ${where}`
  if (v.is(draftSchema, receipt?.result))
    return `Saved as a draft in ${ms} ms: ${path}. It is published once it is sent without \`draft: true\`.`
  const result = receipt?.result
  if (v.is(scheduledSchema, result))
    return `Saved in ${ms} ms: ${path}. It is published when its time comes, ${result.scheduled}.`
  return `Published in ${ms} ms: ${where}`
}

function problemsOf(told: v.InferOutput<typeof problemsSchema>): readonly Problem[] {
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

/** The file it becomes in the site: its own name where a post may have that, else one made of it. */
function pathOf(file: string): string {
  const name = basename(file)
  if (/^[a-zA-Z0-9][\w.-]*\.md$/.test(name)) return `content/posts/${name}`
  const slug = slugify(basename(file, extname(file)))
  if (slug !== '') return `content/posts/${slug}.md`
  throw new DrowseError('usage', `No name for a post can be made of ${name}.`, {
    hint: 'Say with --as which file it becomes, such as content/posts/hello.md.',
  })
}

/** The post's text. Throws `content-invalid` for a file that is not UTF-8. */
async function readPost(file: string, path: string): Promise<string> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new DrowseError('usage', `The file ${file} can’t be read.`, { cause, hint: 'Name a Markdown file.' })
  })
  const text = decodeSource({ path, bytes })
  if (typeof text === 'string') return text
  const place = text.line === undefined ? '' : `, line ${text.line}`
  throw new DrowseError('content-invalid', `${file}${place}: ${text.message}`, { hint: text.hint, details: { problems: [text] } })
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
