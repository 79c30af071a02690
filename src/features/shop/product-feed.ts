import { prefixOf } from '../../content/place.ts'
import { entries, inLanguage } from '../../model/site-tables.ts'
import { entryLink, languagesOf, languageTag, pageView } from '../../render/page-view.ts'
import { offerViews } from '../../render/product-view.ts'
import type { PageContext, Route } from '../../render/types.ts'
import type { EntryLinkView, OfferView, SiteView } from '../../render/views.ts'
import { escapeXml } from '../../render/xml.ts'
import { hasProducts } from './catalogue-routes.ts'

const NAMESPACE = 'http://base.google.com/ns/1.0'
/** Programs that read such feeds take about this many at once. */
const LENGTH = 1000

/** What is on sale and what is sold out, for programs that compare shops: RSS 2.0 with the attributes of https://support.google.com/merchants/answer/7052112. */
export const productFeed: Route = {
  name: 'product-feed',
  pages: (read) =>
    languagesOf(read)
      .filter((language) => hasProducts(read, language))
      .map((language) => ({ path: `${prefixOf(language)}/products/offers.xml`, argument: language })),
  render(context, argument) {
    const language = typeof argument === 'string' ? argument : null
    const { site } = pageView(context, { path: context.path, title: '', language })
    const spots = context.list(entries.indexes.byFolder, inLanguage(language, 'product/'), { limit: LENGTH })
    const items = spots.flatMap(({ key }) => itemsOf(context, key, site))
    const head = [
      element('title', site.title),
      element('link', `${site.url}${prefixOf(language)}/products/`),
      element('description', site.description || site.title),
    ]
    const lines = ['<?xml version="1.0" encoding="utf-8"?>', `<rss version="2.0" xmlns:g="${NAMESPACE}">`, '<channel>']
    return {
      content: [...lines, ...head, ...items, '</channel>', '</rss>', ''].join('\n'),
      contentType: 'application/rss+xml; charset=utf-8',
    }
  },
}

function itemsOf(context: PageContext, id: string, site: SiteView): readonly string[] {
  const entry = context.row(entries, id)
  const link = entry && context.query(entryLink, id)
  if (!entry || !link) return []
  const offers = offerViews(context, entry, languageTag(context, entry.language))
  return offers.map((offer) => item(link, offer, { site, group: offers.length > 1 ? entry.slug : null }))
}

function item(link: EntryLinkView, offer: OfferView, { site, group }: { site: SiteView; group: string | null }): string {
  const { title, path, description, image } = link
  return [
    '<item>',
    element('title', offer.name === '' ? title : `${title}, ${offer.name}`),
    element('link', site.url + path),
    ...(description === '' ? [] : [element('description', description)]),
    element('g:id', offer.sku),
    ...(group === null ? [] : [element('g:item_group_id', group)]),
    element('g:price', `${offer.amount} ${offer.currency}`),
    element('g:availability', offer.available ? 'in_stock' : 'out_of_stock'),
    ...(image === null ? [] : [element('g:image_link', image.src.startsWith('/') ? site.url + image.src : image.src)]),
    '</item>',
  ].join('\n')
}

function element(name: string, text: string): string {
  return `<${name}>${escapeXml(text)}</${name}>`
}
