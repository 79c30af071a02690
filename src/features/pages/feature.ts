import { textFields } from '../../content/common-fields.ts'
import type { EntryType } from '../../content/types.ts'
import { entries, folderOf, inLanguage } from '../../model/site-tables.ts'
import { defineQuery } from '../../model/table.ts'
import type { Query, Read } from '../../model/types.ts'
import { HTML } from '../../render/content-type.ts'
import { entryLink, entryView, pageView } from '../../render/page-view.ts'
import type { Route } from '../../render/types.ts'
import { entryOf, entryPages, headOf } from '../entry-page.ts'
import type { Feature } from '../types.ts'

/** Everything under `content/` that no other kind reads. */
const page: EntryType = {
  kind: 'page',
  source: 'content',
  fields: textFields,
  path: (slug) => (slug === '' ? '/' : `/${slug}/`),
  dated: false,
}

type Contents = readonly { readonly title: string; readonly path: string }[]

/** The pages of a folder in reading order, with the folder's own page first. */
const folderContents = defineQuery<readonly [string, string | null], Contents>('folder-contents', (read, [folder, language]) => {
  if (folder === '') return []
  const spots = read.list(entries.indexes.byFolder, inLanguage(language, `page/${folder}`))
  const ids =
    spots.length === 0
      ? []
      : [language === null ? `page/${folder}` : `page/${folder}@${language}`, ...spots.map(({ key }) => key)]
  return ids.flatMap((id) => read.query(entryLink, id) ?? []).map(({ title, path }) => ({ title, path }))
})

const pageRoute: Route = {
  name: 'page',
  over: { table: entries.name, keyPrefix: 'page/' },
  pages: entryPages,
  async render(context, argument) {
    const entry = entryOf(context, argument)
    const contents = contentsOf(context, entry.slug, entry.language).map((link) => ({
      ...link,
      current: link.path === entry.path,
    }))
    const props = { page: pageView(context, headOf(entry)), entry: entryView(context, entry), contents }
    return { content: await context.template('Page', props), contentType: HTML }
  },
}

/** A page shows the contents of the folder it opens, else of the folder it is in. */
function contentsOf(read: Read, slug: string, language: string | null): Contents {
  const own = read.query(folderContents, [slug, language])
  return own.length > 0 ? own : read.query(folderContents, [folderOf(slug), language])
}

export const pages: Feature = {
  name: 'pages',
  entryTypes: [page],
  queries: [folderContents] as unknown as readonly Query[],
  routes: [pageRoute],
}
