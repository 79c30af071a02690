import { appendFileSync, cpSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { XMLValidator } from 'fast-xml-parser'
import { HtmlValidate } from 'html-validate'
import jsonFeedSchema from 'jsonfeed-schema/schema-v1.1.json' with { type: 'json' }
import { beforeAll, describe, expect, test } from 'vitest'
import { ROOT_DIR } from '../../src/cli/paths.ts'
import { buildSite, filesIn } from '../build/site-folder.ts'
import { newFolder } from '../guest/running-guest.ts'
import { faultsOf } from './feed-rules.ts'

const FIXTURES = join(import.meta.dirname, '../fixtures/sites')

/** What authors wrote as raw HTML, or as a title of more than 70 characters, stays as it is: exactly these faults are theirs. */
const AUTHORS_FAULTS: Readonly<Record<string, readonly string[]>> = {
  'real-world': [
    'posts/harbour-v1-2-3/index.html element-name',
    'posts/raw-html/index.html element-required-attributes',
    'posts/raw-html/index.html long-title',
    'posts/raw-html/index.html no-deprecated-attr',
  ],
}

/** The sample site, which is the manual, and every fixture site, in both themes. */
const SITES = ['sample', 'features', 'small', 'real-world'].flatMap((site) =>
  ['default', 'notebook'].map((theme) => [site, theme] as const),
)

const validator = new HtmlValidate({ root: true, extends: ['html-validate:recommended'] })
const validate = new Ajv({ strict: false, validateFormats: false }).compile(jsonFeedSchema)

describe.each(SITES)('The %s site in the theme %s', (site, theme) => {
  let files: readonly (readonly [key: string, text: string])[]

  beforeAll(async () => {
    const folder = newFolder('site')
    const from = site === 'sample' ? ROOT_DIR : join(FIXTURES, site)
    const parts = site === 'sample' ? ['site.yaml', 'content', 'media'] : ['.']
    for (const part of parts) cpSync(join(from, part), join(folder, part), { recursive: true })
    appendFileSync(join(folder, 'site.yaml'), `\ntheme: ${theme}\n`)
    const out = newFolder('out')
    await buildSite(folder, out)
    files = Object.entries(filesIn(out)).map(([key, text]) => [key, Buffer.from(text, 'latin1').toString()] as const)
  })

  const ending = (pattern: RegExp) => files.filter(([key]) => pattern.test(key))

  test('has valid HTML on every page', async () => {
    const pages = ending(/\.html$/)
    const reports = await Promise.all(
      pages.map(async ([key, html]) => {
        const { results } = await validator.validateString(html)
        return results.flatMap(({ messages }) => messages.map(({ ruleId }) => `${key} ${ruleId}`))
      }),
    )

    expect(pages.length).toBeGreaterThan(5)
    expect([...new Set(reports.flat())].toSorted()).toEqual(AUTHORS_FAULTS[site] ?? [])
  })

  test('has feeds that keep to Atom, RSS and JSON Feed', () => {
    const atom = ending(/feed\.xml$/).flatMap(([key, xml]) => faultsOf(xml, 'atom').map((fault) => `${key}: ${fault}`))
    const rss = ending(/rss\.xml$/).flatMap(([key, xml]) => faultsOf(xml, 'rss').map((fault) => `${key}: ${fault}`))
    const json = ending(/feed\.json$/).flatMap(([key, text]) => (validate(JSON.parse(text)) ? [] : [key]))

    expect(ending(/feed\.xml$/).length).toBeGreaterThan(0)
    expect([...atom, ...rss, ...json]).toEqual([])
  })

  test('has well-formed XML everywhere', () => {
    expect(ending(/\.(?:xml|svg)$/).flatMap(([key, xml]) => (XMLValidator.validate(xml) === true ? [] : [key]))).toEqual([])
  })
})

describe('A feed’s faults', () => {
  const ATOM =
    '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>T</title><link rel="self" type="application/atom+xml" href="https://e.org/feed.xml"/><id>https://e.org/</id><updated>2024-01-01T00:00:00Z</updated><author><name>A</name></author></feed>'

  test('are none in a small whole one', () => {
    expect(faultsOf(ATOM, 'atom')).toEqual([])
  })

  test.each([
    ['</feed>', '', 'is not well-formed'],
    ['<id>https://e.org/</id>', '', 'feed has 0 id'],
    ['<title>T</title>', '<title>T</title><title>U</title>', 'feed has 2 title'],
    ['2024-01-01T00:00:00Z', '2024-01-01', 'feed/updated reads'],
    ['<author><name>A</name></author>', '', 'feed has 0 author'],
    ['https://e.org/feed.xml', '/feed.xml', 'feed/link@href is /feed.xml'],
    ['<title>T</title>', '<title>T</title><pubDate>now</pubDate>', 'feed may not hold pubDate'],
    ['<id>https://e.org/</id>', '<id>https://e.org/</id>stray', 'feed reads "stray"'],
  ])('are found: %s → %s', (good, bad, fault) => {
    expect(faultsOf(ATOM.replace(good, bad), 'atom').join()).toContain(fault)
  })
})
