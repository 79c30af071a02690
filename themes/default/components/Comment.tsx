import type { CommentFormView, CommentView, SiteView } from 'drowse/theme'
import { raw } from 'hono/html'
import { wordsOf } from '../words.ts'
import { CommentForm } from './CommentForm.tsx'
import { Time } from './Time.tsx'

interface Props {
  readonly comment: CommentView
  readonly form: CommentFormView | null
  readonly site: SiteView
}

export function Comment({ comment, form, site }: Props) {
  return (
    <li>
      {comment.author === null ? (
        <Deleted comment={comment} site={site} />
      ) : (
        <Said comment={comment} author={comment.author} form={form} site={site} />
      )}
      {comment.replies.length > 0 && (
        <ol class="thread">
          {comment.replies.map((reply) => (
            <Comment comment={reply} form={form} site={site} />
          ))}
        </ol>
      )}
    </li>
  )
}

function Said({
  comment,
  author,
  form,
  site,
}: {
  comment: CommentView
  author: string
  form: CommentFormView | null
  site: SiteView
}) {
  const words = wordsOf(site)
  return (
    <article class="comment u-comment h-cite" id={comment.anchor}>
      <header>
        <span class="avatar" aria-hidden="true">
          {raw(comment.avatarHtml)}
        </span>
        <strong class="p-author h-card" dir="auto">
          {author}
        </strong>
        {comment.byOwner && <span class="badge">{words.owner}</span>}
        <a class="u-url" href={`#${comment.anchor}`}>
          <Time iso={comment.date} language={site.language} className="dt-published" short />
        </a>
      </header>
      {comment.answers !== null && <Answered answers={comment.answers} site={site} />}
      <div class="prose e-content" dir="auto">
        {raw(comment.html)}
      </div>
      {form !== null && (
        <details>
          <summary aria-label={words.replyTo(author)}>{words.reply}</summary>
          <CommentForm form={form} site={site} parent={comment.number} />
        </details>
      )}
    </article>
  )
}

/** Whom a comment answers, where its place in the thread no longer tells. */
function Answered({ answers, site }: { answers: NonNullable<CommentView['answers']>; site: SiteView }) {
  const words = wordsOf(site)
  return (
    <p class="answered">
      <a class="u-in-reply-to" href={`${answers.path}#${answers.anchor}`}>
        {words.to} <bdi>{answers.author ?? words.deletedOne}</bdi>
      </a>
    </p>
  )
}

function Deleted({ comment, site }: { comment: CommentView; site: SiteView }) {
  return (
    <article class="comment deleted" id={comment.anchor}>
      <p class="quiet">{wordsOf(site).deleted}</p>
    </article>
  )
}
