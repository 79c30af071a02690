import { Hono } from 'hono'
import type { SiteConfig } from '../config/types.ts'
import { type FormSettings, formsOf } from '../features/forms.ts'
import { createGateway } from '../gateway/app.ts'
import { keptKey } from '../gateway/secret-file.ts'
import { staticSite } from '../gateway/static.ts'
import { ownerTokens } from '../gateway/tokens.ts'
import type { Hook, SiteLanguages } from '../gateway/types.ts'
import { frameKey } from '../protocol/page-frame.ts'
import type { Embedded } from './embedded.ts'
import { SITE, tokenFileOf, visitorKeyFileOf } from './paths.ts'

/** What of site.yaml the gateway follows. */
type SiteSettings = FormSettings & Pick<SiteConfig, 'language' | 'languages' | 'words'>

/** One port for both: the published site as a CDN would serve it, and the gateway for what is POSTed. */
export function siteApp(
  { journal, dispatcher, publisher }: Embedded,
  options: {
    readonly dataDir: string
    /** The site's public origin. */
    readonly origin: string
    /** The site's; without them, the defaults. */
    readonly settings?: SiteSettings
    /** How long a visitor waits for the page before the answer is 202. */
    readonly deadlineMs: number
    readonly hooks?: readonly Hook[]
    /** What visitors may send; without it, as much as they want. */
    readonly visitors?: Pick<SiteConfig['gateway'], 'writesPerHour' | 'writesPerNetwork' | 'trustedProxies'>
  },
): Hono {
  const { visitors, settings } = options
  const languages = settings && languagesIn(settings)
  const gateway = createGateway({
    site: SITE,
    forms: formsOf(settings),
    hooks: options.hooks ?? [],
    journal,
    writes: dispatcher,
    published: publisher,
    machine: dispatcher.machine(SITE),
    ownKey: keptKey(visitorKeyFileOf(options.dataDir)),
    tokens: ownerTokens(tokenFileOf(options.dataDir)),
    async frame(language) {
      const others = languages?.others ?? []
      const [known = null] = others.filter((tag) => tag === language)
      const bytes = (await publisher.read(frameKey(known))) ?? (await publisher.read(frameKey(null)))
      return bytes === null ? null : new TextDecoder().decode(bytes)
    },
    origin: options.origin,
    acceptsOwnHost: true,
    deadlineMs: options.deadlineMs,
    ...(languages === undefined ? {} : { languages }),
    ...(visitors === undefined ? {} : { limits: visitors, trustedProxies: visitors.trustedProxies }),
  })
  return new Hono().route('/', gateway).route('/', staticSite(publisher))
}

/** The languages that site.yaml names. */
function languagesIn({ language, languages, words }: SiteSettings): SiteLanguages {
  return { own: language, others: Object.keys(languages), words }
}
