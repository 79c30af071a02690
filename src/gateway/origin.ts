import { DrowseError } from '../errors/drowse-error.ts'
import { saying } from '../errors/words/say.ts'

interface OriginRule {
  readonly origin: string | null
  readonly acceptsOwnHost: boolean
}

/**
 * Throws `origin-refused` for a request that a browser sent from a page of another site. A request with neither header comes from no browser
 * page and passes. `Origin: null` passes only where the browser itself vouches for the page with `Sec-Fetch-Site: same-origin`.
 */
export function checkOrigin(request: Request, { origin: own, acceptsOwnHost }: OriginRule): void {
  const origin = request.headers.get('Origin')
  const fetchSite = request.headers.get('Sec-Fetch-Site')
  if (origin === null || origin === 'null') {
    if (fetchSite === 'same-origin' || (fetchSite === null && origin === null)) return
    // A person's own doing, such as a bookmark; browsers send no form this way.
    if (fetchSite === 'none' && origin === null) return
  } else if (origin === own || (acceptsOwnHost && hostOf(origin) === new URL(request.url).host)) return
  throw new DrowseError('origin-refused', saying('otherSite'), {
    hint: saying('otherSiteHint'),
  })
}

function hostOf(origin: string): string | null {
  return URL.parse(origin)?.host ?? null
}
