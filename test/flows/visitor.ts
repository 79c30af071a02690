import { setTimeout as sleep } from 'node:timers/promises'

/** A visitor's comment. */
export interface Comment {
  readonly text: string
  readonly page?: string
  readonly name?: string
  readonly parent?: number
  /** The idempotency key. */
  readonly key?: string
}

/** The plain form as a browser sends it from the site's own page; redirects are not followed. */
export async function postForm(url: string, comment: Comment): Promise<Response> {
  const { page = '/posts/first/', name = 'Vera', parent, ...rest } = comment
  const body = new URLSearchParams({ page, name, ...rest, ...(parent === undefined ? {} : { parent: String(parent) }) })
  return await fetch(`${url}/-/comment.create`, { method: 'POST', body, redirect: 'manual', headers: { origin: url } })
}

export async function getText(url: string, path: string): Promise<string> {
  const response = await fetch(`${url}${path}`)
  if (!response.ok) throw new Error(`${path} was answered with ${response.status}.`)
  return await response.text()
}

/** The texts of the comments on a page, in their order, of comments that are a single plain line. */
export function commentTexts(html: string): string[] {
  return Array.from(html.matchAll(/id="comment-\d+"[\s\S]*?<p>([^<]*)<\/p>/g), ([, text]) => text ?? '')
}

/** The same of all pages of comments on a post, in their order. */
export async function allCommentTexts(url: string, path: string): Promise<string[]> {
  const html = await getText(url, path)
  const full = Array.from(html.matchAll(/href="([^"#]*\/comments\/(\d+)\/)#comments"/g), ([, , number]) => Number(number))
  const older = Array.from({ length: Math.max(0, ...full) }, (_, index) => `${path}comments/${index + 1}/`)
  const pages = await Promise.all(older.map(async (page) => commentTexts(await getText(url, page))))
  return [...pages.flat(), ...commentTexts(html)]
}

/** Sends until it is answered, as a client with an idempotency key may: a 5xx or a broken connection says nothing about what became of the write. */
export async function untilAnswered(send: () => Promise<Response>, giveUpMs = 30_000): Promise<Response> {
  const until = Date.now() + giveUpMs
  for (;;) {
    const response = await send().catch(() => null)
    await response?.arrayBuffer().catch(() => null)
    if (response !== null && response.status < 500) return response
    if (Date.now() > until) throw new Error(`It was never answered, last with ${response?.status ?? 'nothing'}.`)
    await sleep(20)
  }
}

/** A post from the owner. */
export async function sendPost(url: string, token: string, post: { path: string; text: string; key: string }): Promise<Response> {
  const { key, ...body } = post
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'idempotency-key': key }
  return await fetch(`${url}/-/post.save`, { method: 'POST', headers, body: JSON.stringify(body) })
}
