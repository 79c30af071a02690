import type { Templates } from 'drowse/theme'
import { EntryCard } from '../components/EntryCard.tsx'
import { Layout } from '../components/Layout.tsx'
import { Overviews } from '../components/Overviews.tsx'
import { ListPager } from '../components/Pager.tsx'
import { wordsOf } from '../words.ts'

export function PostList({ page, heading, posts, newer, older, overviews }: Templates['PostList']) {
  return (
    <Layout page={page}>
      <div class="h-feed">
        <h1 class="p-name">{heading}</h1>
        {posts.length === 0 && <p class="quiet">{wordsOf(page.site).empty}</p>}
        {posts.map((entry) => (
          <EntryCard entry={entry} site={page.site} />
        ))}
      </div>
      <Overviews links={overviews} />
      <ListPager site={page.site} newer={newer} older={older} />
    </Layout>
  )
}
