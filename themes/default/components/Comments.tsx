import type { CommentsView, SiteView } from 'drowse/theme'
import { wordsOf } from '../words.ts'
import { Comment } from './Comment.tsx'
import { CommentForm } from './CommentForm.tsx'

export function Comments({ comments, site }: { comments: CommentsView; site: SiteView }) {
  const words = wordsOf(site)
  return (
    <section class="comments" id="comments" aria-labelledby="comments-title">
      <h2 id="comments-title">{comments.count === 0 ? words.noComments : words.comments(comments.count)}</h2>
      {comments.comments.length > 0 && (
        <ol class="thread">
          {comments.comments.map((comment) => (
            <Comment comment={comment} form={comments.form} site={site} />
          ))}
        </ol>
      )}
      {comments.form === null ? (
        <p class="quiet">{words.closed}</p>
      ) : (
        <div class="respond">
          <h3 id="respond">{words.respond}</h3>
          <CommentForm form={comments.form} site={site} parent={null} />
        </div>
      )}
    </section>
  )
}
