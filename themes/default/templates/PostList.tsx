import type { Templates } from 'drowse/theme'
import { EntryCard } from '../components/EntryCard.tsx'
import { Layout } from '../components/Layout.tsx'
import { ListPager } from '../components/Pager.tsx'
import { wordsOf } from '../words.ts'

export function PostList({ page, heading, posts, newer, older }: Templates['PostList']) {
  return (
    <Layout page={page}>
      <div class="h-feed">
        <h1 class="p-name">{heading}</h1>
        {posts.length === 0 && <p class="quiet">{wordsOf(page.site).empty}</p>}
        {posts.map((entry) => (
          <EntryCard entry={entry} site={page.site} />
        ))}
      </div>
      {posts.some(({ tags }) => tags.length > 0) && (
        <p class="more">
          <a href="/tags/">{wordsOf(page.site).allTags}</a>
        </p>
      )}
      <ListPager site={page.site} newer={newer} older={older} />
    </Layout>
  )
}
