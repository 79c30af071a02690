import type { OwnerTokens } from './types.ts'

/** Whether the request carries one of the owner's tokens. */
export function isOwner(request: Request, tokens: OwnerTokens): boolean {
  const token = /^Bearer +(\S+)$/i.exec(request.headers.get('Authorization') ?? '')?.[1]
  return token !== undefined && tokens.check(token)
}
