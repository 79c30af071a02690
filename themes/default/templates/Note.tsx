import type { Templates } from 'drowse/theme'
import { raw } from 'hono/html'
import { Byline } from '../components/Byline.tsx'
import { Comments } from '../components/Comments.tsx'
import { Layout } from '../components/Layout.tsx'
import { TagList } from '../components/TagList.tsx'
import { Toc } from '../components/Toc.tsx'

export function Note({ page, entry, comments }: Templates['Note']) {
  return (
    <Layout page={page}>
      <article class="note h-entry">
        <h1 class="p-name">{entry.title}</h1>
        <Toc items={entry.toc} site={page.site} />
        <div class="prose e-content">{raw(entry.html)}</div>
        <Byline entry={{ ...entry, minutes: 0 }} page={page} />
        <TagList tags={entry.tags} site={page.site} />
      </article>
      {comments !== null && <Comments comments={comments} site={page.site} />}
    </Layout>
  )
}
