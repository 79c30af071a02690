import type { EntryLinkView, Templates } from 'drowse/theme'
import { Layout } from '../components/Layout.tsx'
import { ListPager } from '../components/Pager.tsx'
import { Day, monthOf } from '../components/Time.tsx'

export function Archive({ page, heading, posts, newer, older }: Templates['Archive']) {
  const { language } = page.site
  const months = Map.groupBy(posts, ({ date }) => monthOf(date ?? '', language))
  return (
    <Layout page={page}>
      <h1>{heading}</h1>
      {[...months].map(([month, inMonth]) => (
        <section class="archive-month">
          <h2>{month}</h2>
          <ul>
            {inMonth.map((post) => (
              <Row post={post} language={language} />
            ))}
          </ul>
        </section>
      ))}
      <ListPager site={page.site} newer={newer} older={older} />
    </Layout>
  )
}

function Row({ post, language }: { post: EntryLinkView; language: string }) {
  return (
    <li>
      {post.date !== null && <Day iso={post.date} language={language} />} <a href={post.path}>{post.title}</a>
    </li>
  )
}
