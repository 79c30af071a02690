import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { HtmlValidate } from 'html-validate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { satteriParser } from '../../src/content/markdown/parsers/satteri.ts'
import { bothWays, textsIn } from '../content/both-ways.ts'
import { drowse, startProduct } from '../flows/product.ts'

/**
 * What html-validate finds in the Node.js project's blog, page by page: all of it raw HTML of the authors' own, but for the title, whose quotation marks it counts
 * as the six letters they are written with. Another corpus may have other faults of these rules, and no others.
 */
const AUTHORS_FAULTS = ['no-inline-style', 'element-required-attributes', 'valid-id', 'long-title']

const corpus = process.env.DROWSE_CORPUS
if (corpus === undefined) throw new Error('Set DROWSE_CORPUS to a folder of Markdown posts.')

describe(`A site whose posts are ${corpus}`, () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'drowse-corpus-')))
  const out = join(root, 'out')
  writeFileSync(
    join(root, 'site.yaml'),
    `title: Corpus\nurl: https://corpus.example\ncomments: { moderation: open }\ncontent:\n  post: ${JSON.stringify(resolve(corpus))}\n`,
  )
  const build = async (...options: string[]) => {
    const { code, stdout } = await drowse(['build', root, '--out', out, '--json', ...options])
    return { code, result: JSON.parse(stdout) }
  }
  let first: Awaited<ReturnType<typeof build>>

  beforeAll(async () => {
    first = await build()
  })
  afterAll(() => rmSync(root, { recursive: true, force: true }))

  it('builds without an error', () => {
    expect(first.result.problems.filter(({ severity }: { severity: string }) => severity === 'error')).toEqual([])
    expect(first.code).toBe(0)
    expect(first.result.pages).toBeGreaterThan(100)
  })

  it('has bodies that come out alike by both ways', () => {
    const taken = textsIn(resolve(corpus)).flatMap((markdown) => {
      const { plain, byHast } = bothWays(markdown, satteriParser)
      return plain === null ? [] : [{ plain, byHast }]
    })

    for (const { plain, byHast } of taken) expect(plain).toBe(byHast)
    expect(taken.length).toBeGreaterThan(0)
  })

  it('is not rendered again when nothing has changed, and comes out alike from nothing', async () => {
    expect((await build()).result).toMatchObject({ rendered: 0, written: [], removed: 0 })
    const before = filesIn(out)
    await build('--no-cache')
    expect(filesIn(out)).toEqual(before)
  })

  it('has valid pages, but for faults in the authors’ own HTML', async () => {
    const validator = new HtmlValidate({ extends: ['html-validate:recommended'] })
    const faults = new Map<string, string[]>()
    for (const [path, text] of filesIn(out)) {
      if (!path.endsWith('.html')) continue
      const { results } = await validator.validateString(text, path)
      for (const { ruleId, line, message } of results.flatMap(({ messages }) => messages)) {
        faults.set(ruleId, [...(faults.get(ruleId) ?? []), `${path}:${line} ${message}`])
      }
    }
    for (const [rule, places] of faults)
      process.stdout.write(`${rule}: ${places.length}\n  ${[...new Set(places)].slice(0, 12).join('\n  ')}\n`)
    expect([...faults.keys()].filter((rule) => !AUTHORS_FAULTS.includes(rule))).toEqual([])
  })

  it('renders one page for a comment on one of its posts, and publishes that one alone', async () => {
    const product = await startProduct({ siteDir: root, dataDir: join(root, 'data') })
    try {
      const store = join(root, 'data', 'store', 'site')
      const before = filesIn(store)
      const post = [...before.keys()].filter((path) => /^posts\/[a-z]+\/[^/]+\/index\.html$/.test(path)).at(7) ?? ''
      const body = new URLSearchParams({ page: `/${post.replace('index.html', '')}`, name: 'Ann', text: 'One comment.' })

      const response = await fetch(`${product.url}/-/comment.create`, { method: 'POST', body, redirect: 'manual' })

      expect(response.status).toBe(303)
      const line = await product.line(({ batch }) => batch?.from === 'paused')
      expect(line.batch).toMatchObject({ writes: 1, rendered: 1, changed: 1 })
      const changed = [...filesIn(store)].filter(([path, text]) => before.get(path) !== text).map(([path]) => path)
      expect(changed).toEqual([post])
    } finally {
      await product.kill()
    }
  })
})

function filesIn(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = names.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)).sort()
  return new Map(paths.map((path) => [path, readFileSync(join(folder, path), 'latin1')]))
}
