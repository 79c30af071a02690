import * as v from 'valibot'
import type { EntryType } from '../../content/types.ts'
import { entries } from '../../model/site-tables.ts'
import type { Json } from '../../protocol/types.ts'
import { HTML } from '../../render/content-type.ts'
import { entryView, pageView } from '../../render/page-view.ts'
import type { Route } from '../../render/types.ts'
import { entryOf, entryPages, headOf } from '../entry-page.ts'
import type { Feature } from '../types.ts'

const profileEntry: EntryType = {
  kind: 'profile',
  source: 'content/profile.md',
  fields: {
    image: v.optional(v.string()),
    imageAlt: v.optional(v.string()),
    links: v.optional(
      v.array(
        v.object({
          title: v.string(),
          url: v.pipe(v.string(), v.regex(/^(https?:|mailto:|\/)/, 'A link starts with https:, mailto: or /.')),
        }),
      ),
    ),
  },
  path: () => '/profile/',
  dated: false,
}

const profilePage: Route = {
  name: 'profile',
  over: { table: entries.name, keyPrefix: 'profile/' },
  pages: entryPages,
  async render(context, argument) {
    const entry = entryOf(context, argument)
    const props = { page: pageView(context, headOf(entry)), entry: entryView(context, entry), links: linksOf(entry.data.links) }
    return { content: await context.template('Profile', props), contentType: HTML }
  },
}

function linksOf(value: Json | undefined): { title: string; url: string }[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((item: Json) => {
    const link = v.safeParse(v.object({ title: v.string(), url: v.string() }), item)
    return link.success ? [link.output] : []
  })
}

export const profile: Feature = { name: 'profile', entryTypes: [profileEntry], routes: [profilePage] }
