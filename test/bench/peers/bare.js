import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isMainThread, Worker, workerData } from 'node:worker_threads'
import { markdownToHtml } from 'satteri'

// `bare.js POSTS OUT`: the least that a generator does on two processors, to see what is left to win. Each post is parsed by the same parser to its own HTML, put into a page without a theme,
// and written; there are no lists, tags and feeds, links are not looked at, and nothing is kept for the next time. JavaScript, as `build-peak.js`.
const THREADS = 2

if (isMainThread) {
  const [posts = '', out = ''] = process.argv.slice(2)
  for (let thread = 0; thread < THREADS; thread++)
    new Worker(new URL(import.meta.url), { workerData: { posts, out, thread } })
} else {
  const { posts, out, thread } = workerData
  const names = readdirSync(posts).filter((name) => name.endsWith('.md'))
  for (let place = thread; place < names.length; place += THREADS) write(posts, out, names[place] ?? '')
}

/**
 * @param {string} posts
 * @param {string} out
 * @param {string} name
 */
function write(posts, out, name) {
  const [, head = '', body = ''] = /^---\n(.*?)\n---\n(.*)$/s.exec(readFileSync(join(posts, name), 'utf8')) ?? []
  const title = /^title: "(.*)"$/m.exec(head)?.[1] ?? ''
  const folder = join(out, 'posts', name.slice(0, -3))
  mkdirSync(folder, { recursive: true })
  const { html } = markdownToHtml(body, { features: { gfm: true, frontmatter: false } })
  writeFileSync(
    join(folder, 'index.html'),
    `<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>${title}</title><h1>${title}</h1>${html}</html>`,
  )
}
