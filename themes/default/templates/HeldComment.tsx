import type { Templates } from 'drowse/theme'
import { Comment } from '../components/Comment.tsx'
import { Layout } from '../components/Layout.tsx'
import { wordsOf } from '../words.ts'

export function HeldComment({ page, heading, entry, comment, edits }: Templates['HeldComment']) {
  return (
    <Layout page={page}>
      <div class="held">
        <h1>{heading}</h1>
        <p role="status">{wordsOf(page.site).heldText}</p>
        <ol class="thread">
          <Comment comment={comment} form={null} site={page.site} />
        </ol>
        {edits && (
          <p>
            <a href="/-/comment.edit">{wordsOf(page.site).editMine}</a>
          </p>
        )}
        <p>
          <a href={entry.path}>{entry.title}</a>
        </p>
      </div>
    </Layout>
  )
}
