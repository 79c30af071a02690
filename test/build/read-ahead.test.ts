import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { newFolder } from '../guest/running-guest.ts'
import { buildSite, filesIn, siteFolder, writeFiles } from './site-folder.ts'

const CONFIG = 'title: A site\nurl: https://example.org\n'
/** Above, threads read. */
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

const told = (problems: readonly unknown[]) => problems.map((problem) => JSON.stringify(problem)).sort()

describe('A build of many posts, which threads read', () => {
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
})
