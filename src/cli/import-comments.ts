import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import * as v from 'valibot'
import { DrowseError } from '../errors/drowse-error.ts'
import { readCommentsJson } from '../import/comments-json.ts'
import { readCommentsXml } from '../import/comments-xml.ts'
import type { OldComment, OldComments } from '../import/old-comments.ts'
import { type Answer, askOwner, parseUrl, sendWrite, tokenOf } from './gateway-client.ts'
import { counted, type Terminal } from './terminal.ts'

interface Options {
  readonly to: string
  readonly token?: string
  readonly dryRun?: true
}

/** So many go in one write, or fewer of long ones. */
const BATCH_LENGTH = 200
const BATCH_CHARACTERS = 500_000
const POLL_MS = 500

const resultSchema = v.object({
  added: v.number(),
  there: v.number(),
  pages: v.array(v.object({ asked: v.string(), page: v.nullable(v.string()), comments: v.number() })),
})
type Result = v.InferOutput<typeof resultSchema>

/** `drowse import-comments`: brings the comments of another system to a running site. What came before is left alone, so it may be called again. */
export async function runImportComments(terminal: Terminal, file: string, options: Options): Promise<number> {
  const isDry = options.dryRun === true
  const old = await readOld(file)
  const to = parseUrl(options.to)
  const token = tokenOf(options.token, 'Importing comments')
  const results: Result[] = []
  for (const comments of batchesOf(old.comments)) {
    results.push(await send(terminal, to, { dry: isDry, comments }, token))
    terminal.progress(`${results.reduce((sum, { pages }) => sum + countOf(pages), 0)} of ${old.comments.length} …`)
  }
  tell(terminal, old, results, isDry)
  return 0
}

async function readOld(file: string): Promise<OldComments> {
  const found = await stat(file).catch(() => null)
  if (found?.isFile() !== true)
    throw new DrowseError('usage', `There is no file ${file}.`, {
      hint: 'Name an export of WordPress or Disqus, or one of `drowse comments --export`.',
    })
  if (file.endsWith('.json')) return readCommentsJson(file, await readFile(file, 'utf8'))
  return await readCommentsXml(file, createReadStream(file, 'utf8'))
}

function batchesOf(all: readonly OldComment[]): readonly (readonly OldComment[])[] {
  const batches: OldComment[][] = [[]]
  let characters = 0
  for (const comment of all) {
    const batch = batches.at(-1) ?? []
    characters += comment.text.length
    if (batch.length > 0 && (batch.length >= BATCH_LENGTH || characters > BATCH_CHARACTERS)) {
      batches.push([comment])
      characters = comment.text.length
    } else batch.push(comment)
  }
  return batches.filter(({ length }) => length > 0)
}

async function send(terminal: Terminal, to: URL, body: unknown, token: string): Promise<Result> {
  const { answer, isWaiting } = await sendWrite(terminal, new URL('/-/comment.import', to), body, token)
  const result = isWaiting ? await settled(terminal, to, answer, token) : answer.receipt?.result
  const parsed = v.safeParse(resultSchema, result)
  if (parsed.success) return parsed.output
  throw new DrowseError('usage', `${to.origin} answered in a way that this version does not know.`)
}

const statusSchema = v.looseObject({
  status: v.string(),
  receipt: v.nullable(v.looseObject({ status: v.string(), result: v.optional(v.unknown()) })),
})

/** The next comments may answer these, so they wait. */
async function settled(terminal: Terminal, to: URL, { id }: Answer, token: string): Promise<unknown> {
  for (;;) {
    await sleep(POLL_MS)
    const { status, receipt } = v.parse(statusSchema, await askOwner(terminal, new URL(`/-/writes/${id}`, to), token))
    if (status === 'parked' || receipt?.status === 'rejected')
      throw new DrowseError('machine-failed', 'The comments were accepted, but could not be added.', {
        hint: 'See what `drowse start` says. Importing again takes nothing twice.',
      })
    if (receipt !== null) return receipt.result
  }
}

function countOf(pages: Result['pages']): number {
  return pages.reduce((sum, { comments }) => sum + comments, 0)
}

function tell(terminal: Terminal, { system, comments, leftOut }: OldComments, results: readonly Result[], isDry: boolean): void {
  const { style } = terminal
  const pages = new Map<string, Result['pages'][number]>()
  for (const { pages: some } of results)
    for (const page of some) pages.set(page.asked, { ...page, comments: page.comments + (pages.get(page.asked)?.comments ?? 0) })
  const all = [...pages.values()]
  const sources = new Set(comments.map(({ source }) => source))
  const answers = comments.filter(({ parent }) => parent !== null && sources.has(parent)).length
  const [added, there] = [sum(results, 'added'), sum(results, 'there')]
  const lost = all.filter(({ page }) => page === null)
  const left = Object.entries(leftOut).map(([why, count]) => `${count} ${why}`)
  const [first, last] = [comments[0], comments.at(-1)]
  const span = first && last ? `, from ${first.date.slice(0, 10)} to ${last.date.slice(0, 10)}` : ''
  terminal.line(
    `${style('bold', system)}: ${counted(comments.length, 'comment')}, ${counted(answers, 'answer')} among them${span}${left.length === 0 ? '' : `; left out: ${left.join(', ')}`}`,
  )
  for (const { asked, page, comments: count } of all.toSorted((one, other) => other.comments - one.comments)) {
    const where = page === null ? style('yellow', 'nowhere') : page
    terminal.line(`${String(count).padStart(6)}  ${where}${page === asked ? '' : style('dim', `  was ${shown(asked)}`)}`)
  }
  const already = there === 0 ? '' : `, ${there} there already`
  const missing = lost.length === 0 ? '' : `, ${countOf(lost)} for pages that this site does not have`
  terminal.line(`${counted(added, 'comment')} ${isDry ? 'would be added' : 'added'}${already}${missing}.`)
  terminal.result({ system, dryRun: isDry, comments: comments.length, answers, added, there, leftOut, pages: all })
}

function sum(results: readonly Result[], name: 'added' | 'there'): number {
  return results.reduce((all, result) => all + result[name], 0)
}

function shown(text: string): string {
  return text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '·')
}
