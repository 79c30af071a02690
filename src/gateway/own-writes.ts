import { createHmac, timingSafeEqual } from 'node:crypto'

const COOKIE = 'drowse-own'
/** So many are remembered by one browser. */
const LENGTH = 10

/** What a browser can show to have been sent by it: ids of writes, each with its end and a code that this gateway alone can make. */
export interface OwnWrites {
  /** The `Set-Cookie` that adds a write to those of this request. */
  cookie(request: Request, id: string, seconds: number): string
  /** The ids this browser may still speak for, oldest first. */
  of(request: Request): readonly string[]
}

/** A form that is sent again gets the first one's answer, whoever sends it; so the id of a write proves nothing, and the code that is made with `key` does. */
export function ownWrites(now: () => number, key: Uint8Array): OwnWrites {
  const code = (id: string, end: string) => createHmac('sha256', key).update(`${id}.${end}`).digest('base64url')

  function held(request: Request): readonly { readonly id: string; readonly text: string }[] {
    const cookies = (request.headers.get('Cookie') ?? '').split(/;\s*/)
    const value = cookies.find((cookie) => cookie.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1) ?? ''
    return value.split('~').flatMap((text) => {
      const [id = '', end = '', given = ''] = text.split('.')
      const isGood = isSame(given, code(id, end)) && Number(end) > now()
      return isGood ? [{ id, text }] : []
    })
  }

  return {
    cookie(request, id, seconds) {
      const end = String(now() + seconds * 1000)
      const all = [...held(request).map(({ text }) => text), `${id}.${end}.${code(id, end)}`].slice(-LENGTH)
      // The page that the form was on is the one the visitor sees: behind a proxy the request itself may be plain.
      const secure = request.headers.get('Origin')?.startsWith('https:') === true ? '; Secure' : ''
      return `${COOKIE}=${all.join('~')}; Path=/-/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`
    },
    of: (request) => held(request).map(({ id }) => id),
  }
}

function isSame(given: string, made: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(made)]
  return one.length === other.length && timingSafeEqual(one, other)
}
