import { DrowseError } from '../errors/drowse-error.ts'
import type { OwnerTokens } from './types.ts'

/** Whether the request carries one of the owner's tokens. */
export function isOwner(request: Request, tokens: OwnerTokens): boolean {
  const token = /^Bearer +(\S+)$/i.exec(request.headers.get('Authorization') ?? '')?.[1]
  return token !== undefined && tokens.check(token)
}

/** Throws `token-missing` or `token-refused` for everybody but the owner. */
export function checkOwner(request: Request, tokens: OwnerTokens): void {
  if (request.headers.get('Authorization') === null)
    throw new DrowseError('token-missing', 'Only the owner may do this, with a bearer token.')
  if (!isOwner(request, tokens)) throw new DrowseError('token-refused', 'The bearer token is not one of this site’s.')
}
