import { prefixOf } from '../../content/place.ts'
import { offersOf, skusOf } from '../../content/product-fields.ts'
import type { Entry } from '../../content/types.ts'
import { CATEGORY, entries, inLanguage, type Term, termKey, terms } from '../../model/site-tables.ts'
import { shopCurrencyOf } from '../../model/stock.ts'
import { defineQuery } from '../../model/table.ts'
import type { Query, Read } from '../../model/types.ts'
import { HTML } from '../../render/content-type.ts'
import { alternatesOf, entryLinks, entryView, languagesOf, languageTag, pageView } from '../../render/page-view.ts'
import { offerViews } from '../../render/product-view.ts'
import type { PageContext, Route } from '../../render/types.ts'
import type { LinkView } from '../../render/views.ts'
import { wordsOf } from '../../render/words/words-of.ts'
import { entryOf, entryPages, headOf } from '../entry-page.ts'
import { productForm } from './order-routes.ts'

export const productPage: Route = {
  name: 'product',
  over: { table: entries.name, keyPrefix: 'product/' },
  pages: entryPages,
  async render(context, argument) {
    const entry = entryOf(context, argument)
    reportUnpriced(context, entry)
    reportShared(context, entry)
    const offers = offerViews(context, entry, languageTag(context, entry.language))
    const form = productForm(context, entry, offers)
    const props = { page: pageView(context, headOf(entry)), entry: entryView(context, entry), offers, form }
    return { content: await context.template('Product', props), contentType: HTML }
  },
}

/** The front matter alone can't tell, where site.yaml names the currency. */
function reportUnpriced(context: PageContext, entry: Entry): void {
  const currency = context.query(shopCurrencyOf, null)
  if (entry.data.price === undefined || entry.data.currency !== undefined || offersOf(entry, currency).length > 0) return
  context.report({
    where: entry.source,
    rule: 'shop/price-decimals',
    message: `A price of this product has more decimals than ${currency} has, so it can’t be ordered.`,
    hint: 'Mend the price, or name the `currency` it is in.',
    severity: 'warning',
  })
}

/** The file of another product in the same language that has an SKU of this one's; null where there is none. */
const rivalOf = defineQuery<readonly [id: string, sku: string], string | null>('sku-rival', (read, [id, sku]) => {
  const language = read.row(entries, id)?.language ?? null
  for (const { key } of read.list(entries.indexes.bySku, sku)) {
    const other = key === id ? null : read.row(entries, key)
    if (other !== null && other.language === language) return other.source
  }
  return null
})

/** Two products that are one stock would be ordered as the first of them. */
function reportShared(context: PageContext, entry: Entry): void {
  for (const sku of skusOf(entry)) {
    const other = context.query(rivalOf, [entry.id, sku])
    if (other === null) continue
    context.report({
      where: entry.source,
      rule: 'shop/sku-twice',
      message: `The SKU ${sku} is that of ${other} as well.`,
      hint: 'Give one of the two another `sku`: what is ordered must be one thing.',
      severity: 'error',
    })
  }
}

/** The categories of a language, as links to the pages that list them. */
const categories = defineQuery<string | null, { title: string; path: string }[]>('categories', (read, language) =>
  read.list(terms.indexes.all, inLanguage(language, CATEGORY)).flatMap(({ key }) => {
    const term = read.row(terms, key)
    return term === null ? [] : [{ title: term.name, path: categoryPath(term) }]
  }),
)

export const CATALOGUE_QUERIES = [categories, rivalOf] as unknown as readonly Query[]

function categoryPath({ language, slug }: Pick<Term, 'language' | 'slug'>): string {
  return `${prefixOf(language)}/${CATEGORY}/${slug}/`
}

function categoryLinks(context: PageContext, language: string | null): readonly (LinkView & { readonly current: boolean })[] {
  return context.query(categories, language).map((link) => ({ ...link, current: link.path === context.path }))
}

export const productList: Route = {
  name: 'product-list',
  pages: (read) =>
    languagesOf(read)
      .filter((language) => hasProducts(read, language))
      .map((language) => ({ path: `${prefixOf(language)}/products/`, argument: language })),
  async render(context, argument) {
    const language = typeof argument === 'string' ? argument : null
    const products = entryLinks(context, context.list(entries.indexes.byFolder, inLanguage(language, 'product/')))
    const heading = context.query(wordsOf, languageTag(context, language)).products
    const alternates = alternatesOf(context, '/products/', (other) => hasProducts(context, other))
    const page = pageView(context, { path: context.path, title: heading, language, alternates })
    const props = { page, heading, products, categories: categoryLinks(context, language) }
    return { content: await context.template('ProductList', props), contentType: HTML }
  },
}

/** The products of one category. */
export const categoryList: Route = {
  name: 'category',
  over: { table: terms.name },
  pages(read, key) {
    const term = read.row(terms, key)
    return term?.taxonomy === CATEGORY ? [{ path: categoryPath(term), argument: key }] : []
  },
  async render(context, argument) {
    const term = context.row(terms, String(argument))
    if (term === null) throw new Error(`The category ${String(argument)} is gone.`)
    const { language, slug, name: heading } = term
    const products = entryLinks(context, context.list(entries.indexes.byTerm, termKey(term)))
    const isThere = (other: string | null) => context.row(terms, termKey({ taxonomy: CATEGORY, slug, language: other })) !== null
    const alternates = alternatesOf(context, `/${CATEGORY}/${slug}/`, isThere)
    const page = pageView(context, { path: context.path, title: heading, language, alternates })
    const props = { page, heading, products, categories: categoryLinks(context, language) }
    return { content: await context.template('ProductList', props), contentType: HTML }
  },
}

export function hasProducts(read: Read, language: string | null): boolean {
  return read.count(entries.indexes.byKind, inLanguage(language, 'product'), 1) > 0
}
