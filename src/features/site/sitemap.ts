import { entries, inLanguage } from '../../model/site-tables.ts'
import { defineQuery } from '../../model/table.ts'
import type { Query, Read } from '../../model/types.ts'
import { languagesOf, languageTag, textSetting, translations } from '../../render/page-view.ts'
import type { Route } from '../../render/types.ts'
import { escapeXml } from '../../render/xml.ts'

/** Entries in one part. Parts are counted from the oldest entry, so a new post changes one part, not all. */
const PART_SIZE = 200
const KINDS = ['page', 'post', 'note', 'product', 'profile'] as const
const XML = 'application/xml; charset=utf-8'
const NAMESPACE = 'http://www.sitemaps.org/schemas/sitemap/0.9'

const partsOf = defineQuery<string, number>('sitemap-parts', (read, group) =>
  Math.ceil(read.count(entries.indexes.byKind, group) / PART_SIZE),
)

type SitemapUrl = {
  readonly path: string
  readonly changed: string | null
  readonly alternates: readonly { readonly language: string; readonly path: string }[]
}

const sitemapUrl = defineQuery<string, SitemapUrl | null>('sitemap-url', (read, id) => {
  const entry = read.row(entries, id)
  if (entry === null) return null
  const alternates = languagesOf(read).length > 1 ? read.query(translations, [entry.kind, entry.slug]) : []
  return { path: entry.path, changed: entry.updated ?? entry.date, alternates }
})

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
  pages: (read) => allParts(read).map(({ path, group, part }) => ({ path, argument: [group, part] })),
  render(context, argument) {
    const [group, part] = Array.isArray(argument) ? argument : []
    const url = textSetting(context, 'url')
    const spots = context.list(entries.indexes.byKind, String(group), { skip: (Number(part) - 1) * PART_SIZE, limit: PART_SIZE })
    const urls = spots.flatMap(({ key }) => context.query(sitemapUrl, key) ?? [])
    const lines = urls.map(({ path, changed, alternates }) => {
      const date = changed === null ? '' : `<lastmod>${changed}</lastmod>`
      const others = alternates.map(
        (other) => `<xhtml:link rel="alternate" hreflang="${other.language}" href="${escapeXml(url + other.path)}"/>`,
      )
      return `<url><loc>${escapeXml(url + path)}</loc>${date}${others.join('')}</url>`
    })
    return {
      content: `<?xml version="1.0" encoding="utf-8"?>\n<urlset xmlns="${NAMESPACE}" xmlns:xhtml="http://www.w3.org/1999/xhtml">\n${lines.join('\n')}\n</urlset>\n`,
      contentType: XML,
    }
  },
}

function allParts(read: Read): { path: string; group: string; part: number }[] {
  return languagesOf(read).flatMap((language) =>
    KINDS.flatMap((kind) => {
      const group = inLanguage(language, kind)
      const name = language === null ? kind : `${languageTag(read, language).toLowerCase()}-${kind}`
      return Array.from({ length: read.query(partsOf, group) }, (_, index) => ({
        path: `/sitemap-${name}-${index + 1}.xml`,
        group,
        part: index + 1,
      }))
    }),
  )
}
