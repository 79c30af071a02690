import type { Templates } from 'drowse/theme'
import { Layout } from '../components/Layout.tsx'
import { Thread } from '../components/Thread.tsx'
import { wordsOf } from '../words.ts'

export function OlderComments({ page, heading, entry, comments }: Templates['OlderComments']) {
  return (
    <Layout page={page}>
      <h1>
        <a href={entry.path}>{entry.title}</a>
      </h1>
      <section class="comments" id="comments" aria-labelledby="comments-title">
        <h2 id="comments-title">{heading}</h2>
        <Thread comments={comments} site={page.site} />
        {comments.form !== null && (
          <p>
            <a href={`${entry.path}#respond`}>{wordsOf(page.site).respond}</a>
          </p>
        )}
      </section>
    </Layout>
  )
}
