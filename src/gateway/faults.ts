import { asDrowseError, DrowseError } from '../errors/drowse-error.ts'
import { saying } from '../errors/words/say.ts'
import { isOwner } from './owner.ts'
import type { GatewayOptions } from './types.ts'

/**
 * What the caller is told of an error. A fault of ours goes to the log as it is; its details, paths and advice among them, are for the owner, and
 * anybody else hears what it means for them.
 */
export function told(
  error: unknown,
  request: Request,
  { tokens, onFault = toStandardError }: Pick<GatewayOptions, 'tokens' | 'onFault'>,
): DrowseError {
  const known = asDrowseError(error)
  // What a crowd brings about is no fault, and would fill the log.
  if (known.status < 500 || known.code === 'queue-full') return known
  onFault(known)
  return isSurelyOwner(request, tokens) ? known : inGeneral(known, request.method)
}

function toStandardError({ code, message, hint, cause }: DrowseError): void {
  const lines = [`error ${message} (${code})`, hint, cause instanceof Error ? cause.stack : undefined]
  process.stderr.write(`${lines.filter((line) => line !== undefined).join('\n  ')}\n`)
}

function isSurelyOwner(request: Request, tokens: GatewayOptions['tokens']): boolean {
  try {
    return isOwner(request, tokens)
  } catch {
    // The tokens can't be read, which may be the very fault.
    return false
  }
}

function inGeneral({ code }: DrowseError, method: string): DrowseError {
  if (code === 'journal-full') {
    return new DrowseError(code, saying('notSaved'), {
      hint: saying('notSavedHint'),
    })
  }
  if (method === 'POST') {
    return new DrowseError(code, saying('maybeNotSaved'), {
      hint: saying('maybeNotSavedHint'),
    })
  }
  return new DrowseError(code, saying('fault'), { hint: saying('faultHint') })
}
