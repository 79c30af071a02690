import { describe, expect, test } from 'vitest'
import { buildSite, filesIn, siteFolder } from '../build/site-folder.ts'
import { newFolder } from '../guest/running-guest.ts'

const posts = Object.fromEntries(
  [1, 2, 3, 4, 5].map((number) => [
    `content/posts/p${number}.md`,
    `---\ntitle: Post ${number}\ndate: 2024-01-0${number}\ntags: [owls]\n---\nWords.\n`,
  ]),
)

async function built(settings: string) {
  const out = newFolder('out')
  await buildSite(siteFolder({ 'site.yaml': `title: A site\nurl: https://example.org\n${settings}`, ...posts }), out)
  const files = filesIn(out)
  return { files, ofTags: Object.keys(files).filter((key) => key.startsWith('tags/')) }
}

describe('The pages of a tag', () => {
  test('have as many posts as any list, and feeds beside them', async () => {
    const { ofTags } = await built('postsPerPage: 2\n')

    expect(ofTags).toEqual([
      'tags/index.html',
      ...['feed.json', 'feed.xml', 'index.html', 'page/1/index.html', 'page/2/index.html', 'rss.xml'].map(
        (key) => `tags/owls/${key}`,
      ),
    ])
  })

  test('come down to one without a feed where site.yaml says so, and other lists stay as they were', async () => {
    const { files, ofTags } = await built('postsPerPage: 2\npostsPerTermPage: 100\ntermFeeds: false\n')

    expect(ofTags).toEqual(['tags/index.html', 'tags/owls/index.html'])
    for (const number of [1, 2, 3, 4, 5]) expect(files['tags/owls/index.html']).toContain(`href="/posts/p${number}/"`)
    expect(files['tags/owls/index.html']).not.toContain('href="/tags/owls/feed.xml"')
    expect(Object.keys(files)).toEqual(expect.arrayContaining(['posts/page/1/index.html', 'feed.xml']))
  })
})
