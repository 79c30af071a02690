import { join } from 'node:path'
import { Ajv } from 'ajv'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { HtmlValidate } from 'html-validate'
import jsonFeedSchema from 'jsonfeed-schema/schema-v1.1.json' with { type: 'json' }
import { beforeAll, describe, expect, test } from 'vitest'
import type { BuildResult } from '../../src/build/build.ts'
import { buildSite, filesIn } from '../build/site-folder.ts'
import { newFolder } from '../guest/running-guest.ts'

const SITE = join(import.meta.dirname, '../fixtures/sites/features')

let result: BuildResult
let files: Readonly<Record<string, string>>

beforeAll(async () => {
  const out = newFolder('out')
  result = await buildSite(SITE, out)
  files = filesIn(out)
})

/** A file's text. */
function page(key: string): string {
  const text = files[key]
  if (text === undefined) throw new Error(`There is no ${key}.`)
  return Buffer.from(text, 'latin1').toString()
}

function linksOf(key: string, pattern: RegExp): string[] {
  return [...page(key).matchAll(/ href="([^"]*)"/g)].map(([, href = '']) => href).filter((href) => pattern.test(href))
}

const keys = (pattern: RegExp) => Object.keys(files).filter((key) => pattern.test(key))

test('The fixture site has no faults and all its pages are valid', async () => {
  const validator = new HtmlValidate({ root: true, extends: ['html-validate:recommended'] })
  const reports = await Promise.all(
    keys(/\.html$/).map(async (key) => {
      const { results } = await validator.validateString(page(key))
      return results.flatMap(({ messages }) => messages.map(({ ruleId, message }) => `${key} ${ruleId}: ${message}`))
    }),
  )

  expect(result.problems).toEqual([])
  expect(reports.flat()).toEqual([])
})

test('Every link of a page to the site leads to something that is there', () => {
  const lost = keys(/\.html$/).flatMap((key) =>
    // What is below /-/ is the gateway’s.
    linksOf(key, /^\/(?!\/|-\/)/)
      .map((href) => href.slice(1).replace(/#.*$/, ''))
      .map((path) => (path === '' || path.endsWith('/') ? `${path}index.html` : path))
      .filter((target) => !(decodeURI(target) in files))
      .map((target) => `${key} → ${target}`),
  )

  expect(lost).toEqual([])
})

describe('Taxonomies', () => {
  test('have a page for each term, spelt as its oldest post does, and an overview with counts', () => {
    expect(linksOf('tags/owls/index.html', /^\/202/)).toEqual(['/2024/03/fifth/', '/2024/01/third/'])
    expect(page('tags/owls/index.html')).toContain('<h1 class="p-name">owls</h1>')
    expect(page('tags/index.html')).toContain('<a href="/tags/cold/">cold</a> <span class="count">2</span>')
    expect(page('series/index.html')).toContain('<a href="/series/the-winter/">The winter</a> <span class="count">2</span>')
    expect(page('guests/index.html')).toContain('<h1>Guests</h1>')
    expect(linksOf('guests/cy/index.html', /^\/202/)).toEqual(['/2024/01/second/'])
  })

  test('are named by the post they file', () => {
    expect(linksOf('2024/01/second/index.html', /^\/(tags|series|guests)\//)).toEqual(
      expect.arrayContaining(['/tags/owls/', '/series/the-winter/', '/guests/bea/', '/guests/cy/']),
    )
  })

  test('keep their numbered pages when the list outgrows its front', () => {
    expect(keys(/^tags\/owls\/page/)).toEqual(['tags/owls/page/1/index.html', 'tags/owls/page/2/index.html'])
    expect(linksOf('tags/owls/page/1/index.html', /^\/202/)).toEqual(['/2024/01/second/', '/2023/12/first/'])
  })
})

describe('The archive', () => {
  test('lists the years, the newest first, and each year’s posts by month', () => {
    expect(linksOf('archive/index.html', /^\/archive\/2/)).toEqual(['/archive/2024/', '/archive/2023/'])
    expect(linksOf('archive/2024/index.html', /^\/2024/)).toEqual([
      '/2024/03/fifth/',
      '/2024/03/fourth/',
      '/2024/01/third/',
      '/2024/01/second/',
    ])
    expect([...page('archive/2024/index.html').matchAll(/<h2>([^<]*)/g)].map(([, month]) => month)).toEqual([
      'March 2024',
      'January 2024',
    ])
  })
})

describe('Permalinks and redirects', () => {
  test('put a kind’s entries where site.yaml says', () => {
    expect(keys(/^posts\/[^i]/)).toEqual(['posts/page/1/index.html', 'posts/page/2/index.html'])
    expect(page('2023/12/first/index.html')).toContain('<link rel="canonical" href="https://owls.example/2023/12/first/">')
  })

  test.each([
    ['old/second/index.html', '/2024/01/second/'],
    ['blog/2.html', '/2024/01/second/'],
    ['start.html', '/'],
    ['elsewhere/index.html', 'https://example.com/owls'],
  ])('lead from %s to %s', (key, target) => {
    expect(page(key)).toContain(`<meta http-equiv="refresh" content="0; url=${target}">`)
  })
})

describe('A post', () => {
  test('leads to the posts before and after it, and to older ones that share most with it', () => {
    const third = page('2024/01/third/index.html')
    const related = /<section class="related".*?<\/section>/s.exec(third)?.[0] ?? ''

    expect(linksOf('2024/01/third/index.html', /^\/202.*(second|fourth)/)).toEqual(
      expect.arrayContaining(['/2024/01/second/', '/2024/03/fourth/']),
    )
    expect([...related.matchAll(/href="([^"]+)"/g)].map(([, href]) => href)).toEqual(['/2023/12/first/', '/2024/01/second/'])
  })

  test('tells link previews and search engines what it is', () => {
    const html = page('2024/01/third/index.html')
    const data: unknown = JSON.parse(/<script type="application\/ld\+json">(.*?)<\/script>/.exec(html)?.[1] ?? '')

    expect(html).toContain('<meta property="og:type" content="article">')
    expect(html).toContain('<meta property="article:published_time" content="2024-01-20T00:00:00.000Z">')
    expect(data).toEqual({
      '@context': 'https://schema.org',
      '@type': 'BlogPosting',
      headline: 'Third night',
      url: 'https://owls.example/2024/01/third/',
      inLanguage: 'en',
      datePublished: '2024-01-20T00:00:00.000Z',
      dateModified: '2024-02-01T00:00:00.000Z',
      keywords: 'owls, cold',
      author: { '@type': 'Person', name: 'Bea' },
    })
  })
})

describe('Feeds', () => {
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(jsonFeedSchema)

  test('are there for the site, for each language and for each term, but not for years', () => {
    expect(keys(/(feed|rss)\.(xml|json)$/).filter((key) => !/^(tags|series|guests|ru\/tags)\//.test(key))).toEqual([
      'de/feed.json',
      'de/feed.xml',
      'de/rss.xml',
      'feed.json',
      'feed.xml',
      'rss.xml',
      'ru/feed.json',
      'ru/feed.xml',
      'ru/rss.xml',
    ])
    expect(keys(/^tags\/cold\/.*(xml|json)$/)).toEqual(['tags/cold/feed.json', 'tags/cold/feed.xml', 'tags/cold/rss.xml'])
    expect(linksOf('tags/cold/index.html', /feed\.xml$/)).toContain('/tags/cold/feed.xml')
  })

  test.each(['feed.json', 'ru/feed.json', 'tags/owls/feed.json'])('%s is what JSON Feed 1.1 asks for', (key) => {
    expect(validate(JSON.parse(page(key))), JSON.stringify(validate.errors)).toBe(true)
  })

  test.each(['feed.xml', 'rss.xml', 'tags/owls/rss.xml', 'ru/feed.xml'])(
    '%s is well-formed, with the newest post first',
    (key) => {
      const xml = page(key)

      expect(XMLValidator.validate(xml)).toBe(true)
      expect(/<(?:entry|item)>\s*<title>([^<]+)/.exec(xml)?.[1]).toBe(key.startsWith('ru') ? 'Только по-русски' : 'Fifth night')
    },
  )

  test('have whole texts, with absolute links', () => {
    const { rss } = new XMLParser().parse(page('rss.xml'))

    expect(rss.channel).toMatchObject({ title: 'Owls at night', link: 'https://owls.example/', language: 'en' })
    expect(rss.channel.item.at(-1)).toMatchObject({
      link: 'https://owls.example/2023/12/first/',
      pubDate: 'Sat, 30 Dec 2023 00:00:00 GMT',
      category: ['owls', 'cold'],
    })
    expect(page('rss.xml')).toContain('src=&quot;https://owls.example/media/owl.svg&quot;')
  })
})

describe('Languages', () => {
  test('have their own first page, lists, terms and titles', () => {
    expect(page('ru/index.html')).toContain('<html lang="ru">')
    expect(page('ru/index.html')).toContain('Ночные совы')
    expect(linksOf('ru/posts/index.html', /^\/ru\/20/)).toEqual(['/ru/2024/04/only/', '/ru/2023/12/first/'])
    expect(page('ru/posts/index.html')).toContain('>Записи</h1>')
    expect(linksOf('ru/tags/index.html', /^\/ru\/tags\/./)).toEqual(['/ru/tags/sovy/'])
    expect(linksOf('posts/index.html', /\/ru\/20/)).toEqual([])
  })

  test('name each other where something is written in several', () => {
    const alternates = (key: string) =>
      [...page(key).matchAll(/<link rel="alternate" hreflang="([^"]+)" href="([^"]+)">/g)].map(([, tag, href]) => [tag, href])

    expect(alternates('2023/12/first/index.html')).toEqual([
      ['en', 'https://owls.example/2023/12/first/'],
      ['ru', 'https://owls.example/ru/2023/12/first/'],
      ['de', 'https://owls.example/de/2023/12/first/'],
    ])
    expect(alternates('ru/2023/12/first/index.html')).toEqual(alternates('2023/12/first/index.html'))
    expect(alternates('ru/about/index.html').map(([tag]) => tag)).toEqual(['en', 'ru'])
    expect(alternates('2024/03/fifth/index.html')).toEqual([])
    expect(alternates('ru/posts/index.html')).toHaveLength(3)
  })

  test('have places in the sitemap, with their alternates', () => {
    expect(keys(/^sitemap/)).toEqual(
      expect.arrayContaining(['sitemap-post-1.xml', 'sitemap-ru-post-1.xml', 'sitemap-de-post-1.xml']),
    )
    expect(page('sitemap-ru-post-1.xml')).toContain(
      '<xhtml:link rel="alternate" hreflang="en" href="https://owls.example/2023/12/first/"/>',
    )
    expect(XMLValidator.validate(page('sitemap-ru-post-1.xml'))).toBe(true)
  })

  test('say what the site says in them, and else what is built in, with plural forms', () => {
    expect(page('de/posts/index.html')).toContain('>Beiträge</h1>')
    expect(page('de/2023/12/first/index.html')).toContain('1 Minute')
    expect(page('ru/2023/12/first/index.html')).toContain('1 минута')
    expect(page('de/2023/12/first/index.html')).toContain('30. Dezember 2023')
  })
})

describe('A site’s own files', () => {
  test('of data are there for templates', () => {
    const shown = /<p class="data">(.*?)<\/p>/.exec(page('index.html'))?.[1]?.replaceAll('&quot;', '"')

    expect(JSON.parse(shown ?? '')).toEqual([
      { colour: 'tawny', number: 3 },
      { team: ['Ann', 'Bea'] },
      [
        { place: 'The barn, north', count: '2' },
        { place: 'The oak', count: '1' },
      ],
      null,
    ])
    expect(keys(/owl\.yaml|people\.json|\.csv/)).toEqual([])
  })

  test('such as its icon go before the theme’s', () => {
    expect(page('index.html')).toContain('<link rel="icon" href="/favicon.svg" type="image/svg+xml">')
  })
})
