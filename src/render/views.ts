/**
 * What a theme's components are given: plain values, already escaped nowhere (JSX escapes), except fields named `html`, which are safe
 * HTML to be inserted as it is. Dates are ISO 8601 UTC strings.
 */

export interface SiteView {
  readonly title: string
  readonly url: string
  readonly language: string
  readonly description: string
  readonly author: string
  readonly menu: readonly LinkView[]
}

export interface LinkView {
  readonly title: string
  readonly path: string
}

/** What every page's layout gets. `path` is the page's own, e.g. `/posts/hello/`. */
export interface PageView {
  readonly site: SiteView
  readonly path: string
  /** Absolute URL. */
  readonly canonical: string
  readonly title: string
  readonly description: string
  /** Paths of the theme's built assets by source name: `style.css` → `/assets/style.3f2a….css`. */
  readonly assets: Readonly<Record<string, string>>
  /** Feeds to announce in <head>. */
  readonly feeds: readonly (LinkView & { readonly type: string })[]
}

export interface HeadingView {
  readonly depth: number
  readonly id: string
  readonly text: string
}

/** An entry as it stands in a list. */
export interface EntryLinkView extends LinkView {
  readonly kind: string
  readonly date: string | null
  readonly description: string
  readonly tags: readonly LinkView[]
  /** Products: the formatted price. */
  readonly price: string | null
  /** Products only: whether it can be bought now. */
  readonly available?: boolean
  readonly image: ImageView | null
}

export interface ImageView {
  readonly src: string
  readonly alt: string
  /** In pixels, where the picture is a file of the site: a browser leaves room for it before it is there. */
  readonly width?: number
  readonly height?: number
  /** Smaller versions, best type first: a `<source>` each, to which the theme adds `sizes`. */
  readonly sources?: readonly { readonly type: string; readonly srcset: string }[]
}

export interface EntryView extends EntryLinkView {
  readonly html: string
  readonly headings: readonly HeadingView[]
  readonly words: number
  readonly minutes: number
  readonly updated: string | null
  readonly author: string
  /** All front matter that Drowse itself does not read. */
  readonly data: Readonly<Record<string, unknown>>
}

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
  /** Where this answer stands beside the comment it answers rather than below it: that comment. `author` is null for a deleted one. */
  readonly answers: { readonly anchor: string; readonly author: string | null } | null
  readonly replies: readonly CommentView[]
}

export interface CommentsView {
  readonly count: number
  readonly comments: readonly CommentView[]
  /** Null when the page takes no comments (any more). */
  readonly form: CommentFormView | null
}

/** The plain HTML form. Every field name is fixed: page, parent, name, email, text, and the honeypot `website`. */
export interface CommentFormView {
  readonly action: string
  /** Value of the hidden field `page`. */
  readonly page: string
}

/** The templates a theme must export from `theme.tsx`, by name, with what each is given. */
export interface Templates {
  Home: {
    page: PageView
    intro: string
    posts: readonly EntryLinkView[]
    products: readonly EntryLinkView[]
    notes: readonly EntryLinkView[]
    profile: EntryLinkView | null
    archive: string | null
  }
  Post: { page: PageView; entry: EntryView; previous: LinkView | null; next: LinkView | null; comments: CommentsView | null }
  Page: { page: PageView; entry: EntryView; contents: readonly (LinkView & { readonly current: boolean })[] }
  Note: { page: PageView; entry: EntryView; comments: CommentsView | null }
  Product: { page: PageView; entry: EntryView }
  Profile: { page: PageView; entry: EntryView; links: readonly { readonly title: string; readonly url: string }[] }
  /** One page of posts, newest first. `newer` and `older` are the neighbouring list pages. */
  PostList: { page: PageView; heading: string; posts: readonly EntryLinkView[]; newer: string | null; older: string | null }
  ProductList: { page: PageView; heading: string; products: readonly EntryLinkView[] }
  NoteList: { page: PageView; heading: string; notes: readonly EntryLinkView[]; newer: string | null; older: string | null }
  Tags: { page: PageView; tags: readonly (LinkView & { readonly count: number })[] }
  NotFound: { page: PageView }
  /** The frame for the gateway's own pages (errors, status): it must output `slot` unescaped where the content goes. */
  Frame: { page: PageView; slot: string }
}

export type TemplateName = keyof Templates
