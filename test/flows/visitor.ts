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

/** Sends until it is answered, as a client with an idempotency key may. Returns the answer. */
export async function postUntilAnswered(urlNow: () => string, comment: Comment & { readonly key: string }, giveUpMs = 30_000) {
  const until = Date.now() + giveUpMs
  for (;;) {
    const response = await postForm(urlNow(), comment).catch(() => null)
    await response?.arrayBuffer().catch(() => null)
    if (response !== null && response.status < 500) return response
    if (Date.now() > until) throw new Error(`“${comment.text}” was never answered.`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
