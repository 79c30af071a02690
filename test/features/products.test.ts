import { beforeEach, describe, expect, test } from 'vitest'
import { buildSite, filesIn, siteFolder } from '../build/site-folder.ts'
import {
  type Answer,
  keysOf,
  newFolder,
  openGuest,
  type RunningGuest,
  type SentWrite,
  statuses,
  syncOf,
  textOf,
  writeOf,
} from '../guest/running-guest.ts'
import { themeOf } from '../guest/themes.ts'

const CONFIG = 'title: A shop\nurl: https://example.org\nsearch: false\n'
const LAMP = `---
title: Lamp
description: It glows.
price: "48.00"
sku: LAMP
categories: [Light]
variants:
  - { name: Oak, stock: 2 }
  - { name: Walnut, sku: WAL, price: "56.50", stock: 0 }
---
Words.
`
const PRINT = '---\ntitle: Print\nprice: 12\nstock: 1\ncategories: [Paper, Light]\n---\nWords.\n'

let guest: RunningGuest

async function holding(files: Readonly<Record<string, string>>): Promise<Answer> {
  guest = openGuest()
  const answer = await apply(syncOf({ 'site.yaml': CONFIG, ...files }, await themeOf('plain')))
  expect(statuses(answer.receipts)).toEqual(['applied'])
  return answer
}

async function apply(...writes: readonly SentWrite[]): Promise<Answer> {
  const answer = await guest.apply(writes)
  await guest.acknowledge(answer.outbox)
  return answer
}

const count = (sku: string, left: number) => writeOf('stock.set', { sku, left })

const dataOf = (html: string) => JSON.parse(/<script type="application\/ld\+json">([^<]*)</.exec(html)?.[1] ?? 'null')

const SHOP = { 'content/products/lamp.md': LAMP, 'content/products/print.md': PRINT }

describe('A product with variants', () => {
  let first: Answer
  beforeEach(async () => {
    first = await holding(SHOP)
  })

  test('shows what each costs and whether it can be had, to people and to search engines', () => {
    const page = textOf(first, 'products/lamp/index.html')

    expect(page).toContain('from €48.00')
    expect(page).toContain('€56.50')
    expect(dataOf(page)).toMatchObject({
      '@type': 'Product',
      name: 'Lamp',
      offers: [
        { sku: 'LAMP-oak', price: '48.00', priceCurrency: 'EUR', availability: 'https://schema.org/InStock' },
        { sku: 'WAL', price: '56.50', availability: 'https://schema.org/SoldOut' },
      ],
    })
  })

  test('is listed by its categories', () => {
    expect(keysOf(first).filter((key) => key.startsWith('products/category/'))).toEqual([
      'products/category/light/index.html',
      'products/category/paper/index.html',
    ])
    expect(textOf(first, 'products/category/light/index.html')).toMatch(/Lamp[\s\S]*Print/)
    expect(textOf(first, 'products/category/paper/index.html')).not.toContain('Lamp')
    expect(textOf(first, 'products/index.html')).toContain('href="/products/category/paper/"')
  })
})

describe('The last one of a product', () => {
  test('is sold out on its page, in lists, on the home page and in the feed at once, and back when the owner has counted more', async () => {
    await holding(SHOP)
    const places = [
      'index.html',
      'products/category/light/index.html',
      'products/category/paper/index.html',
      'products/index.html',
      'products/offers.xml',
      'products/print/index.html',
    ]

    const gone = await apply(count('print', 0))
    expect(keysOf(gone)).toEqual(places)
    for (const key of places) expect(textOf(gone, key), key).toMatch(/Sold out|out_of_stock/)

    const back = await apply(count('print', 3))
    expect(keysOf(back)).toEqual(places)
    expect(textOf(back, 'products/print/index.html')).not.toContain('Sold out')
  })

  test('changes no page as long as some are left', async () => {
    await holding(SHOP)

    expect(keysOf(await apply(count('print', 5)))).toEqual([])
  })
})

describe('The stock in the front matter', () => {
  test('counts what the owner ever put on sale: five more are five more, whatever was sold or counted meanwhile', async () => {
    await holding(SHOP)
    const left = async () => {
      const { receipts } = await apply(count('print', 0))
      const [receipt] = receipts
      return receipt?.status === 'applied' ? Object(receipt.result).before : null
    }

    await apply(count('print', 0))
    await apply(syncOf({ 'content/products/print.md': PRINT.replace('stock: 1', 'stock: 6') }))
    expect(await left()).toBe(5)

    await apply(syncOf({ 'content/products/print.md': PRINT.replace('stock: 1', 'stock: 2') }))
    expect(await left()).toBe(-4)
    expect(textOf(await apply(syncOf({}, await themeOf('footer'))), 'products/print/index.html')).toContain('Sold out')
  })

  test('is shared by the translations of a product, which is the site’s own language’s to say', async () => {
    const answer = await holding({
      'site.yaml': `${CONFIG}languages: { ru: {} }\n`,
      ...SHOP,
      'content/products/print.ru.md': PRINT.replace('stock: 1', 'stock: 0'),
    })

    expect(textOf(answer, 'ru/products/print/index.html')).toContain('Есть в наличии')
  })

  test('can only be counted where there is one', async () => {
    await holding({ 'content/products/a.md': '---\ntitle: A\nprice: 1\n---\n' })

    expect(statuses((await apply(count('a', 1), count('nothing', 1))).receipts)).toEqual(['form-invalid', 'form-invalid'])
  })
})

describe('Front matter that is wrong', () => {
  test.each([
    ['price: cheap', 'content/products/a.md:3 `price`: a price is a number such as `"12.00"`.'],
    ['price: "1.234"\ncurrency: EUR', 'content/products/a.md:3 `price`: EUR has 2 decimals.'],
    ['price: "1.5"\ncurrency: JPY', 'content/products/a.md:3 `price`: JPY has 0 decimals.'],
    ['price: 1\nstock: -1', 'content/products/a.md:4 `stock`: this is a whole number, such as 3.'],
    ['variants:\n  - { name: Big }', 'content/products/a.md:4 `variants.0`: neither the variant nor the product has a price.'],
    [
      'price: 1\nvariants:\n  - { name: A }\n  - { name: a }',
      'content/products/a.md:6 `variants.1`: another variant has the same SKU.',
    ],
    [
      'price: 1\nsku: a b',
      'content/products/a.md:4 `sku`: an SKU has at most 64 letters, digits, dots, dashes and underscores, such as `LAMP-1`.',
    ],
  ])('is told with file and line: %j', async (lines, told) => {
    const folder = siteFolder({ 'site.yaml': CONFIG, 'content/products/a.md': `---\ntitle: A\n${lines}\n---\n` })

    const { problems } = await buildSite(folder, newFolder('out'))

    expect(problems.map(({ where, line, message }) => `${where}:${line} ${message}`)).toEqual([told])
  })

  test('is a warning where only site.yaml knows the currency', async () => {
    const files = {
      'site.yaml': `${CONFIG}shop: { currency: JPY }\n`,
      'content/products/a.md': '---\ntitle: A\nprice: "1.50"\n---\n',
    }
    const out = newFolder('out')

    const { problems } = await buildSite(siteFolder(files), out)

    expect(problems.map(({ rule }) => rule)).toEqual(['shop/price-decimals'])
    expect(filesIn(out)['products/a/index.html']).not.toContain('1.50')
  })

  test('is an error that names both files where two products of one language have one SKU, but not where one translates the other', async () => {
    const cup = '---\ntitle: Cup\nprice: 3\nsku: WAL\n---\n'
    const files = { ...SHOP, 'site.yaml': `${CONFIG}languages: { ru: {} }\n`, 'content/products/lamp.ru.md': LAMP }
    expect((await buildSite(siteFolder(files), newFolder('out'))).problems).toEqual([])

    const { problems } = await buildSite(siteFolder({ ...files, 'content/products/cup.md': cup }), newFolder('out'))

    expect(problems.map(({ where, rule, severity, message }) => [where, rule, severity, message])).toEqual([
      ['content/products/cup.md', 'shop/sku-twice', 'error', 'The SKU WAL is that of content/products/lamp.md as well.'],
      ['content/products/lamp.md', 'shop/sku-twice', 'error', 'The SKU WAL is that of content/products/cup.md as well.'],
    ])
  })
})

describe('The feed of products', () => {
  test('names every variant with its price and whether it can be had', async () => {
    const feed = textOf(
      await holding({ ...SHOP, 'content/products/yen.md': '---\ntitle: Yen\nprice: 1200\ncurrency: JPY\n---\n' }),
      'products/offers.xml',
    )

    const items = [...feed.matchAll(/<g:id>(.*?)<[\s\S]*?<g:price>(.*?)<[\s\S]*?<g:availability>(.*?)</g)].map((found) =>
      found.slice(1),
    )
    expect(items).toEqual([
      ['LAMP-oak', '48.00 EUR', 'in_stock'],
      ['WAL', '56.50 EUR', 'out_of_stock'],
      ['print', '12.00 EUR', 'in_stock'],
      ['yen', '1200 JPY', 'in_stock'],
    ])
  })
})
