import type { Templates } from 'drowse/theme'
import { raw } from 'hono/html'
import { Byline } from '../components/Byline.tsx'
import { Comments } from '../components/Comments.tsx'
import { Layout } from '../components/Layout.tsx'
import { NeighbourPager } from '../components/Pager.tsx'
import { Picture } from '../components/Picture.tsx'
import { Related } from '../components/Related.tsx'
import { TagList, TermLinks } from '../components/TagList.tsx'
import { Toc } from '../components/Toc.tsx'

export function Post({ page, entry, previous, next, related, comments }: Templates['Post']) {
  return (
    <Layout page={page}>
      <article class="h-entry">
        <header class="entry-header">
          <h1 class="p-name">{entry.title}</h1>
          <Byline entry={entry} page={page} />
        </header>
        {entry.image !== null && <Picture image={entry.image} className="entry-picture u-featured" lazy={false} />}
        <Toc items={entry.toc} site={page.site} />
        <div class="prose e-content">{raw(entry.html)}</div>
        <TermLinks entry={entry} />
        <TagList tags={entry.tags} site={page.site} />
      </article>
      <Related posts={related} site={page.site} />
      <NeighbourPager site={page.site} previous={previous} next={next} />
      {comments !== null && <Comments comments={comments} site={page.site} />}
    </Layout>
  )
}
