import type { CommentsView, SiteView } from 'drowse/theme'
import { wordsOf } from '../words.ts'
import { CommentForm } from './CommentForm.tsx'
import { Thread } from './Thread.tsx'

/** The comments under an entry; of many, the last page of them. */
export function Comments({ comments, site }: { comments: CommentsView; site: SiteView }) {
  const words = wordsOf(site)
  return (
    <section class="comments" id="comments" aria-labelledby="comments-title">
      <h2 id="comments-title">{titleOf(comments, site)}</h2>
      <Thread comments={comments} site={site} />
      {comments.form === null ? (
        <p class="quiet">{words.closed}</p>
      ) : (
        <div class="respond">
          <h3 id="respond">{words.respond}</h3>
          <CommentForm form={comments.form} site={site} parent={null} />
          {comments.form.edits && <a href="/-/comment.edit">{words.editMine}</a>}
        </div>
      )}
    </section>
  )
}

function titleOf({ count, form }: CommentsView, site: SiteView): string {
  const words = wordsOf(site)
  if (count === null || (count === 0 && form === null)) return words.commentsTitle
  return count === 0 ? words.noComments : words.comments(count)
}
