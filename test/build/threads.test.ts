import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { Workshop } from '../../src/build/workshop.ts'
import { FEATURES } from '../../src/features/registry.ts'
import { newFolder } from '../guest/running-guest.ts'
import { buildSite, filesIn, siteFolder, writeFiles } from './site-folder.ts'

const CONFIG = 'title: A site\nurl: https://example.org\n'
/** Above, threads read and render. */
const MANY = 60
const numbers = Array.from({ length: MANY + 40 }, (_, index) => index)
const posts = numbers.map((number) => [`content/posts/p${number}.md`, post(number)] as const)
const FAULTS = {
  'content/posts/no-title.md': 'Words',
  'content/posts/p3-again.md': post(3).replace('title:', 'slug: p3\ntitle:'),
  'content/posts/deep.md': `---\ntitle: Deep\ndate: 2024-01-01\n---\n${'> '.repeat(20_000)}`,
}

function post(number: number): string {
  const code = `\`\`\`js\nconst answer = ${number % 7}\n\`\`\`\n`
  return `---\ntitle: Post ${number}\ndate: 2024-01-01\ntags: [t${number % 5}]\n---\nWords of ${number}.\n\n## Heading\n\n${code}`
}

/** Who read what, without the numbers that readers have. */
function readsIn(cacheFile: string): readonly unknown[] {
  const database = new DatabaseSync(cacheFile, { readOnly: true })
  const rows = (sql: string) => database.prepare(sql).all()
  const found = [
    rows('SELECT tbl, r.key, by.key AS reader FROM row_reads r JOIN readers by ON by.id = reader ORDER BY 1, 2, 3'),
    rows('SELECT idx, grp, high, low, by.key AS reader FROM span_reads JOIN readers by ON by.id = reader ORDER BY 1, 2, 3, 4, 5'),
    rows(
      'SELECT q.key, by.key AS reader FROM query_reads JOIN readers q ON q.id = query JOIN readers by ON by.id = reader ORDER BY 1, 2',
    ),
    rows('SELECT key, hash FROM readers ORDER BY 1'),
    rows('SELECT key, hash, size, type, cache, redirect FROM pages ORDER BY 1'),
  ]
  database.close()
  return found
}

const told = (problems: readonly unknown[]) => problems.map((problem) => JSON.stringify(problem)).sort()

describe('A build of many posts, which threads read and render', () => {
  test('is what it is when they come a few at a time', async () => {
    const site = siteFolder({ 'site.yaml': CONFIG, ...Object.fromEntries(posts.slice(0, 50)) })
    const [few, many] = [newFolder('few'), newFolder('many')]
    const cacheFile = join(site, '.drowse/build.db')
    await buildSite(site, few, { cacheFile })
    writeFiles(site, { ...Object.fromEntries(posts.slice(50)), ...FAULTS })
    const slow = await buildSite(site, few, { cacheFile })

    const fast = await buildSite(site, many, { many: MANY })

    expect(told(fast.problems)).toEqual(told(slow.problems))
    expect(filesIn(many)).toEqual(filesIn(few))
    expect(filesIn(many)['posts/p5/index.html']).toContain('hljs-keyword')
  })

  test('is the same when another engine reads all of it again', async () => {
    const site = siteFolder({ 'site.yaml': CONFIG, ...Object.fromEntries(posts) })
    const out = newFolder('out')
    const cacheFile = join(site, '.drowse/build.db')
    await buildSite(site, out, { cacheFile, many: MANY })
    const whole = filesIn(out)

    const again = await buildSite(site, out, { cacheFile, engine: 'engine-2', many: MANY })

    expect(again.rendered).toBe(again.pages)
    expect(filesIn(out)).toEqual(whole)
  })

  test('knows who read what, as one thread alone would', async () => {
    const site = siteFolder({ 'site.yaml': CONFIG, ...Object.fromEntries(posts), ...FAULTS })
    const [few, many] = [join(site, '.drowse/few.db'), join(site, '.drowse/many.db')]

    await buildSite(site, newFolder('few'), { cacheFile: few })
    await buildSite(site, newFolder('many'), { cacheFile: many, many: MANY })

    expect(readsIn(many)).toEqual(readsIn(few))
  })

  test('renders little after a small change, and what it should', async () => {
    const site = siteFolder({ 'site.yaml': CONFIG, ...Object.fromEntries(posts) })
    const [out, fresh] = [newFolder('out'), newFolder('fresh')]
    const cacheFile = join(site, '.drowse/build.db')
    await buildSite(site, out, { cacheFile, many: MANY })
    writeFiles(site, { 'content/posts/p5.md': post(5).replace('Post 5', 'Another title') })

    const { rendered } = await buildSite(site, out, { cacheFile, many: MANY })

    await buildSite(site, fresh)
    expect(rendered).toBeLessThan(40)
    expect(filesIn(out)).toEqual(filesIn(fresh))
  })

  test('that could not write a file leaves nothing out the next time', async () => {
    const site = siteFolder({ 'site.yaml': CONFIG, ...Object.fromEntries(posts) })
    const [out, fresh] = [newFolder('out'), newFolder('fresh')]
    const cacheFile = join(site, '.drowse/build.db')
    const inTheWay = join(out, 'posts/p70/index.html')
    mkdirSync(inTheWay, { recursive: true })

    await expect(buildSite(site, out, { cacheFile, many: MANY })).rejects.toMatchObject({
      code: 'folder-unwritable',
      hint: expect.stringContaining('--out'),
    })

    rmSync(inTheWay, { recursive: true })
    await buildSite(site, out, { cacheFile })
    await buildSite(site, fresh)
    expect(filesIn(out)).toEqual(filesIn(fresh))
  })
})

test('A build whose theme can’t be loaded has closed its cache when it says so', async () => {
  const theme = { 'themes/default/components/Time.tsx': 'throw new Error("not today")' }
  const site = siteFolder({ 'site.yaml': CONFIG, ...Object.fromEntries(posts), ...theme })
  const cacheFile = join(site, '.drowse/build.db')

  await expect(buildSite(site, newFolder('out'), { cacheFile, many: MANY })).rejects.toThrow('not today')

  // SQLite removes its log with the last connection.
  expect(readdirSync(join(site, '.drowse'))).toEqual(['build.db'])
})

test('A build ends with an error where a package that site.ts uses ends a thread', { timeout: 20_000 }, async () => {
  const quits = `
    import { isMainThread } from 'node:worker_threads'
    if (!isMainThread) process.exit(3)
    export default { shortcodes: {} }`
  const site = siteFolder({ 'site.yaml': CONFIG, ...Object.fromEntries(posts), 'site.ts': quits })

  await expect(buildSite(site, newFolder('out'), { many: MANY })).rejects.toThrow('A thread of the build ended')
})

test('A workshop that was closed starts no threads, though the folder is still being listed for a build that failed', async () => {
  const started: Worker[] = []
  process.on('worker', (worker) => started.push(worker))
  const workshop = new Workshop({ outDir: newFolder('out'), cacheFile: null, features: FEATURES, engine: 'engine-1', many: MANY })
  workshop.expect(MANY)
  await workshop.close()
  const before = started.length

  workshop.expect(MANY)

  await sleep(100)
  expect(started).toHaveLength(before)
})
