import type { CommentsView, SiteView } from 'drowse/theme'
import { wordsOf } from '../words.ts'
import { Comment } from './Comment.tsx'
import { Pager } from './Pager.tsx'

/** One page of comments, and the ways to those before and after it. */
export function Thread({ comments, site }: { comments: CommentsView; site: SiteView }) {
  const words = wordsOf(site)
  const [feed] = comments.feeds
  const step = (path: string | null, label: string) => (path === null ? null : { path: `${path}#comments`, label })
  return (
    <>
      {comments.comments.length > 0 && (
        <ol class="thread">
          {comments.comments.map((comment) => (
            <Comment comment={comment} form={comments.form} site={site} />
          ))}
        </ol>
      )}
      <Pager site={site} left={step(comments.older, words.olderComments)} right={step(comments.newer, words.newerComments)} />
      {feed !== undefined && (
        <p class="quiet">
          <a href={feed.path}>{words.commentFeed}</a>
        </p>
      )}
    </>
  )
}
