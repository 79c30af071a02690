import { blog } from './blog/feature.ts'
import { overviews } from './blog/terms.ts'
import { commentsFeature } from './comments/feature.ts'
import { commentsOf } from './comments/thread.ts'
import { pages } from './pages/feature.ts'
import { profile } from './profile/feature.ts'
import { search } from './search/feature.ts'
import { shop } from './shop/feature.ts'
import { site } from './site/feature.ts'
import type { Feature } from './types.ts'

/** Everything a site can do. A new feature is a folder and a line here, and one in `writes.ts` for each kind of write it takes. */
export const FEATURES: readonly Feature[] = [
  site,
  pages,
  blog({ commentsOf }),
  profile,
  shop,
  commentsFeature,
  search({ overviewsOf: (read, language) => read.query(overviews, language) }),
]

/** The kinds of entries there are. */
export const ENTRY_TYPES = FEATURES.flatMap((feature) => feature.entryTypes ?? [])
