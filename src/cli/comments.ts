import * as v from 'valibot'
import { DrowseError } from '../errors/drowse-error.ts'
import { parseUrl, readPrivate, sendWrite, tokenOf } from './gateway-client.ts'
import type { Terminal } from './terminal.ts'

const heldSchema = v.looseObject({
  comments: v.array(
    v.looseObject({
      number: v.number(),
      author: v.string(),
      email: v.string(),
      text: v.string(),
      date: v.string(),
      parent: v.nullable(v.number()),
      on: v.nullable(v.string()),
      page: v.nullable(v.string()),
    }),
  ),
  more: v.boolean(),
})

type Held = v.InferOutput<typeof heldSchema>['comments'][number]

interface Options {
  readonly to: string
  readonly token?: string
}

const exportedSchema = v.object({ comments: v.array(v.looseObject({ email: v.string() })), next: v.nullable(v.number()) })

/** `drowse comments --export`: all comments of a running site but the deleted ones, as JSON; with the addresses of their writers only where asked for. Wakes the machine. */
export async function runExport(
  terminal: Terminal,
  { to, token, emails }: Options & { readonly emails?: true },
): Promise<number> {
  const owner = tokenOf(token, 'Exporting comments')
  const url = new URL('/-/comment.export', parseUrl(to))
  const comments: unknown[] = []
  for (let after: number | null = 0; after !== null; ) {
    const { answer } = await sendWrite(terminal, url, { after }, owner)
    const told = v.safeParse(exportedSchema, answer.receipt?.result)
    if (!told.success) throw new DrowseError('machine-failed', 'The comments could not be read in time.', { hint: 'Try again.' })
    comments.push(...told.output.comments.map(({ email, ...comment }) => (emails ? { ...comment, email } : comment)))
    after = told.output.next
  }
  if (!terminal.json) process.stdout.write(`${JSON.stringify({ comments }, null, 2)}\n`)
  terminal.result({ comments })
  return 0
}

/** `drowse comments`: lists the comments of a running site that wait for the owner. Wakes nothing. */
export async function runComments(terminal: Terminal, { to, token }: Options): Promise<number> {
  const url = parseUrl(to)
  const page = await readPrivate(terminal, url, 'comments/held.json', tokenOf(token, 'Reading held comments'))
  const { comments, more } = page === null ? { comments: [], more: false } : v.parse(heldSchema, page)
  if (comments.length === 0) terminal.line('No comments wait.')
  for (const comment of comments) for (const line of linesOf(comment, terminal)) terminal.line(line)
  if (more) terminal.line('There are more; they are listed once these are decided.')
  terminal.result({ comments, more })
  return 0
}

function linesOf({ number, author, email, text, date, on }: Held, { style }: Terminal): readonly string[] {
  const day = date.slice(0, 16).replace('T', ' ')
  const who = email === '' ? author : `${author} <${email}>`
  const head = `${style('bold', String(number))}  ${day}  ${shown(who)}  ${style('dim', on ?? 'on a page that is gone')}`
  return [head, ...text.split('\n').map((line) => `    ${shown(line)}`)]
}

/** What strangers wrote must not move the cursor or hide other lines. */
function shown(text: string): string {
  return text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '·')
}

const STATES: Readonly<Record<string, string>> = { approve: 'shown', hold: 'held', delete: 'deleted' }

const resultSchema = v.object({ number: v.number(), state: v.string() })

/** `drowse comment`: decides on one comment. */
export async function runComment(terminal: Terminal, number: number, verb: string, { to, token }: Options): Promise<number> {
  const owner = tokenOf(token, 'Deciding on a comment')
  const url = new URL('/-/comment.moderate', parseUrl(to))
  const { answer, isWaiting } = await sendWrite(terminal, url, { number, state: STATES[verb] }, owner)
  if (isWaiting) terminal.line('Accepted; it will be done soon.')
  else {
    const parsed = v.safeParse(resultSchema, answer.receipt?.result)
    if (!parsed.success) throw new DrowseError('usage', `${to} answered in a way that this version does not know.`)
    terminal.line(`Comment ${parsed.output.number} is ${parsed.output.state}.`)
  }
  terminal.result(answer)
  return 0
}
