import { entries } from '../../model/site-tables.ts'
import { defineQuery } from '../../model/table.ts'
import type { Query, Read } from '../../model/types.ts'
import { textSetting } from '../../render/page-view.ts'
import type { Route } from '../../render/types.ts'
import { escapeXml } from '../../render/xml.ts'

/** Entries in one part. Parts are counted from the oldest entry, so a new post changes one part, not all. */
const PART_SIZE = 200
const KINDS = ['page', 'post', 'note', 'product', 'profile'] as const
const XML = 'application/xml; charset=utf-8'
const NAMESPACE = 'http://www.sitemaps.org/schemas/sitemap/0.9'

const partsOf = defineQuery<string, number>('sitemap-parts', (read, kind) =>
  Math.ceil(read.count(entries.indexes.byKind, kind) / PART_SIZE),
)

const sitemapUrl = defineQuery<string, { readonly path: string; readonly changed: string | null } | null>(
  'sitemap-url',
  (read, id) => {
    const entry = read.row(entries, id)
    return entry && { path: entry.path, changed: entry.updated ?? entry.date }
  },
)

export const SITEMAP_QUERIES = [partsOf, sitemapUrl] as unknown as readonly Query[]

export const sitemapIndex: Route = {
  name: 'sitemap',
  pages: () => [{ path: '/sitemap.xml', argument: null }],
  render(context) {
    const url = textSetting(context, 'url')
    const parts = allParts(context).map(({ path }) => `<sitemap><loc>${escapeXml(url + path)}</loc></sitemap>`)
    return {
      content: `<?xml version="1.0" encoding="utf-8"?>\n<sitemapindex xmlns="${NAMESPACE}">\n${parts.join('\n')}\n</sitemapindex>\n`,
      contentType: XML,
    }
  },
}

export const sitemapPart: Route = {
  name: 'sitemap-part',
  pages: (read) => allParts(read).map(({ path, kind, part }) => ({ path, argument: [kind, part] })),
  render(context, argument) {
    const [kind, part] = Array.isArray(argument) ? argument : []
    const url = textSetting(context, 'url')
    const spots = context.list(entries.indexes.byKind, String(kind), { skip: (Number(part) - 1) * PART_SIZE, limit: PART_SIZE })
    const urls = spots.flatMap(({ key }) => context.query(sitemapUrl, key) ?? [])
    const lines = urls.map(({ path, changed }) => {
      const date = changed === null ? '' : `<lastmod>${changed}</lastmod>`
      return `<url><loc>${escapeXml(url + path)}</loc>${date}</url>`
    })
    return {
      content: `<?xml version="1.0" encoding="utf-8"?>\n<urlset xmlns="${NAMESPACE}">\n${lines.join('\n')}\n</urlset>\n`,
      contentType: XML,
    }
  },
}

function allParts(read: Read): { path: string; kind: string; part: number }[] {
  return KINDS.flatMap((kind) =>
    Array.from({ length: read.query(partsOf, kind) }, (_, index) => ({
      path: `/sitemap-${kind}-${index + 1}.xml`,
      kind,
      part: index + 1,
    })),
  )
}
