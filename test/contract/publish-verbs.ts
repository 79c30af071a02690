import { execFile } from 'node:child_process'
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openStore } from '../../src/cli/publishing.ts'
import type { StoreConfig } from '../../src/config/types.ts'
import { workplace } from '../flows/product.ts'
import { text } from './store.ts'

const run = promisify(execFile)
const MAIN = join(import.meta.dirname, '..', '..', 'src', 'cli', 'drowse.js')

/** What a verb said and its exit code. */
interface Said {
  readonly code: number
  /** The last value of `--json`, and all of them. */
  readonly result: Record<string, unknown>
  readonly results: readonly Record<string, unknown>[]
  readonly lines: string
}

/** The verbs as a person runs them, on every kind of store. `fresh` gives each test an empty one; credentials are in the environment. */
export function publishVerbs(name: string, fresh: () => StoreConfig | Promise<StoreConfig>): void {
  async function place() {
    const { siteDir, clear } = workplace()
    onTestFinished(clear)
    const config = await fresh()
    appendFileSync(join(siteDir, 'site.yaml'), `\npublish:\n  store: ${JSON.stringify(config)}\n`)
    const drowse = async (...args: readonly string[]): Promise<Said> => {
      const { code = 0, stdout } = await run(process.execPath, [MAIN, ...args], { cwd: siteDir }).catch((error) => error)
      const results = args.includes('--json')
        ? stdout
            .trim()
            .split('\n')
            .map((line: string) => JSON.parse(line))
        : []
      return { code, result: results.at(-1) ?? {}, results, lines: stdout }
    }
    const edit = (change: (content: string) => string) => {
      const file = join(siteDir, 'content', 'posts', 'first.md')
      writeFileSync(file, change(readFileSync(file, 'utf8')))
    }
    const store = await openStore(config, siteDir, siteDir)
    const page = async (key = 'posts/first/index.html') => text(await store.get(`site/${key}`))
    return { siteDir, drowse, edit, store, page }
  }

  // Each test runs a verb several times, and a verb builds a site.
  describe(`the verbs: ${name}`, { timeout: 240_000 }, () => {
    it('publish what --dry-run had said, and nothing when nothing has changed', async () => {
      const { drowse, store } = await place()
      const plan = (await drowse('publish', '--dry-run', '--json')).result
      expect(plan).toMatchObject({ dryRun: true, current: 0, remove: [] })
      expect(await Array.fromAsync(store.list(''))).toEqual([])
      const { code, result } = await drowse('publish', '--json')
      expect(code).toBe(0)
      const planned = (plan.put as { key: string }[]).map(({ key }) => key)
      expect((result.release as { changed: string[] }).changed).toEqual(planned)
      expect(planned).toContain('posts/first/index.html')
      expect((await drowse('publish', '--json')).result).toMatchObject({ release: null, current: 1 })
      expect((await drowse('publish', '--dry-run')).lines).toContain('release 1 shows this already')
    })

    it('go back a release, byte for byte, and list what was', async () => {
      const { drowse, edit, page } = await place()
      await drowse('publish')
      const before = await page()
      edit((content) => content.replace(/\n---\n/, '\n---\n\nAn afterthought.\n\n'))
      const { lines } = await drowse('publish')
      expect(lines).toMatch(/release 2, \d+ objects? put, 0 removed in/)
      expect(await page()).toContain('An afterthought.')
      expect((await drowse('rollback')).lines).toContain('back at release 1')
      expect(await page()).toBe(before)
      const { results } = await drowse('releases', '--json')
      expect(results.map(({ number, restores, isCurrent }) => [number, restores, isCurrent])).toEqual([
        [3, 1, true],
        [2, undefined, false],
        [1, undefined, false],
      ])
    })

    it('find and mend what is missing, changed or too much', async () => {
      const { drowse, store, page } = await place()
      await drowse('publish')
      const right = await page()
      await store.remove(['site/posts/first/index.html'])
      await store.put('site/stray.txt', new TextEncoder().encode('stray'), { contentType: 'text/plain', cache: 'page' })
      const found = await drowse('verify', '--json')
      expect(found.code).toBe(1)
      expect(found.result.faults).toEqual([
        { key: 'posts/first/index.html', fault: 'missing', isRepaired: false },
        { key: 'stray.txt', fault: 'extra', isRepaired: false },
      ])
      expect((await drowse('verify', '--repair')).code).toBe(0)
      expect([await page(), await page('stray.txt')]).toEqual([right, null])
      expect((await drowse('verify', '--json')).result.faults).toEqual([])
    })

    it('publish all the same when the folder has forgotten what it has published', async () => {
      const { siteDir, drowse, edit, page } = await place()
      await drowse('publish')
      rmSync(join(siteDir, '.drowse'), { recursive: true, force: true })
      edit((content) => `${content}\nMore.\n`)
      expect((await drowse('publish', '--json')).result).toMatchObject({ release: { number: 2 } })
      expect(await page()).toContain('More.')
    })
  })
}
