import { readFile } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import * as v from 'valibot'
import { slugify } from '../content/slug.ts'
import { decodeSource } from '../content/source-text.ts'
import { DrowseError } from '../errors/drowse-error.ts'
import { type Answer, parseUrl, problemsOf, sendWrite, tokenOf } from './gateway-client.ts'
import type { Terminal } from './terminal.ts'

const draftSchema = v.object({ draft: v.literal(true) })
const scheduledSchema = v.object({ scheduled: v.string() })

/** `drowse send`: one post to a running site. Exit code 0 once it is published or safely accepted. */
export async function runSend(
  terminal: Terminal,
  file: string,
  options: { to: string; token?: string; as?: string },
): Promise<number> {
  const token = tokenOf(options.token, 'Sending a post')
  const path = options.as ?? pathOf(file)
  const text = await readPost(file, path)
  const url = new URL('/-/post.save', parseUrl(options.to))
  const startedAt = performance.now()
  const { answer, isWaiting } = await sendWrite(terminal, url, { path, text }, token)
  terminal.problems(problemsOf(answer.receipt?.problems ?? []))
  const ms = Math.round(performance.now() - startedAt)
  terminal.line(outcome(answer, { url, path, ms, isWaiting }))
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
