// What a theme's components of comments are given; see views.ts.

export interface CommentView {
  /** Also the element's id: `comment-42`. */
  readonly anchor: string
  readonly number: number
  /** Null for a deleted comment that still has answers. */
  readonly author: string | null
  /** Self-contained SVG, safe to insert. */
  readonly avatarHtml: string
  readonly date: string
  readonly html: string
  readonly byOwner: boolean
  /** Where this answer does not stand below the comment it answers: that comment. `path` is '' on the same page, `author` null for a deleted one. */
  readonly answers: { readonly path: string; readonly anchor: string; readonly author: string | null } | null
  readonly replies: readonly CommentView[]
}

/** One page of an entry's comments. The entry's own page has the last one; a full one has its own address. */
export interface CommentsView {
  /** How many are shown; null where there are several pages, none of which changes with another. */
  readonly count: number | null
  /** Counted from the oldest, which is 1. */
  readonly page: number
  /** The addresses of the pages round this one. */
  readonly older: string | null
  readonly newer: string | null
  readonly comments: readonly CommentView[]
  /** Null when the page takes no comments (any more). */
  readonly form: CommentFormView | null
  /** Of these comments, and of the whole site’s; none where there are none. */
  readonly feeds: readonly { readonly title: string; readonly path: string; readonly type: string }[]
}

/** The plain HTML form. Every field name is fixed: page, parent, name, email, text, mail, and the honeypot `website`. */
export interface CommentFormView {
  readonly action: string
  /** Value of the hidden field `page`. */
  readonly page: string
  /** Whether visitors can have mails about answers: the box `mail`. */
  readonly mails: boolean
  /** Whether visitors can change what they wrote, for a while: at `/-/comment.edit`. */
  readonly edits: boolean
}
