import { speechIn } from '../errors/words/say.ts'
import type { Speech } from '../errors/words/types.ts'
import type { Problem } from '../protocol/types.ts'
import type { GatewayOptions } from './types.ts'

/**
 * The language to speak to a visitor in: that of the page the form was on, as its path begins with it, else of the page they come from, else the site's own. `page` may be
 * anything that was sent.
 */
export function speechFor(
  request: Request,
  page: string | null,
  { languages = { own: 'en', others: [], words: {} } }: Pick<GatewayOptions, 'languages'>,
): Speech {
  const path = page ?? pathBefore(request)
  const found = languages.others.find((tag) => path.toLowerCase().startsWith(`/${tag.toLowerCase()}/`))
  return speechIn(found ?? languages.own, languages.words)
}

/** The path of the page that led here, whosever it is: it chooses a language and nothing else. */
function pathBefore(request: Request): string {
  return URL.parse(request.headers.get('Referer') ?? '')?.pathname ?? ''
}

/** Problems in the language of whoever reads the page; one that is known by English words alone, such as of a field that no browser leaves out, is told in general. */
export function toldIn(speech: Speech, problems: readonly Problem[]): readonly Problem[] {
  return problems.map((problem) => ({ ...problem, message: speech.tell(problem.saying, problem.message, 'form-invalid') }))
}
