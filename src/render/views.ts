/**
 * What a theme's components are given: plain values, already escaped nowhere (JSX escapes), except fields named `html`, which are safe
 * HTML to be inserted as it is. Dates are ISO 8601 UTC strings.
 */

import type { CommentFormView, CommentsView, CommentView } from './comment-views.ts'
import type { OfferView, OrderFormView, OrderView } from './shop-views.ts'

export type { CommentFormView, CommentsView, CommentView, OfferView, OrderFormView, OrderView }

/** The site as it shows itself in one language. */
export interface SiteView {
  /** Its first page in this language. */
  readonly home: string
  readonly title: string
  readonly url: string
  readonly language: string
  readonly description: string
  readonly author: string
  readonly menu: readonly LinkView[]
  /** Where its search page is; null where it has none. */
  readonly search: string | null
  /** What pages say by themselves. */
  readonly words: Catalogue
}

/** The forms of a word for a number, by Unicode's plural rules; `other` is for those that are not given. */
export type PluralForms = Readonly<Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string }>

/** Every sentence that pages say by themselves, in one language. `{author}` stands for a name. */
export interface Catalogue {
  readonly skip: string
  readonly menu: string
  readonly posts: string
  readonly notes: string
  readonly products: string
  readonly allPosts: string
  readonly allNotes: string
  readonly allProducts: string
  readonly allTags: string
  readonly tags: string
  readonly newer: string
  readonly older: string
  readonly previous: string
  readonly next: string
  readonly pages: string
  readonly contents: string
  readonly toContents: string
  readonly onThisPage: string
  readonly updated: string
  readonly noComments: string
  readonly commentsTitle: string
  readonly commentsPage: string
  readonly olderComments: string
  readonly newerComments: string
  readonly commentOn: string
  readonly commentFeed: string
  readonly heldTitle: string
  readonly heldText: string
  readonly editMine: string
  readonly mineTitle: string
  readonly mineNone: string
  readonly save: string
  readonly deleteMine: string
  readonly mailMe: string
  readonly mailTitle: string
  readonly mailAsked: string
  readonly mailConfirmed: string
  readonly mailStopped: string
  readonly mailConfirm: string
  readonly mailRefuse: string
  readonly mailStop: string
  readonly mailAskSubject: string
  readonly mailAskText: string
  readonly mailAnswerSubject: string
  readonly mailAnswerText: string
  readonly mailStopText: string
  readonly closed: string
  readonly respond: string
  readonly reply: string
  readonly replyTo: string
  readonly to: string
  readonly deleted: string
  readonly deletedOne: string
  readonly owner: string
  readonly name: string
  readonly email: string
  readonly emailHint: string
  readonly text: string
  readonly textHint: string
  readonly leaveEmpty: string
  readonly send: string
  readonly available: string
  readonly unavailable: string
  readonly cart: string
  readonly addToCart: string
  readonly inCart: string
  readonly emptyCart: string
  readonly quantity: string
  readonly orderTitle: string
  readonly address: string
  readonly postcode: string
  readonly city: string
  readonly country: string
  readonly shipping: string
  readonly noteToShop: string
  readonly placeOrder: string
  readonly orderHint: string
  readonly orderNumber: string
  readonly orderPrivate: string
  readonly keptUntil: string
  readonly subtotal: string
  readonly total: string
  readonly includes: string
  readonly howToPay: string
  readonly history: string
  readonly buyerName: string
  readonly buyerEmail: string
  readonly choose: string
  readonly stateReserved: string
  readonly stateAwaitingPayment: string
  readonly statePaid: string
  readonly stateFulfilled: string
  readonly statePartiallyRefunded: string
  readonly stateRefunded: string
  readonly stateExpired: string
  readonly stateCancelled: string
  readonly statePaymentFailed: string
  readonly statePaidButUnavailable: string
  readonly stateRefundFailed: string
  readonly adviceExpired: string
  readonly advicePaymentFailed: string
  readonly adviceRefundFailed: string
  readonly payment: string
  readonly payInvoice: string
  readonly payStripe: string
  readonly payNow: string
  readonly payHint: string
  readonly payPreparing: string
  readonly fromPrice: string
  readonly variants: string
  readonly categories: string
  readonly all: string
  readonly order: string
  readonly see: string
  readonly elsewhere: string
  readonly feed: string
  readonly notFound: string
  readonly notFoundText: string
  readonly home: string
  readonly empty: string
  readonly archive: string
  readonly related: string
  readonly languages: string
  readonly about: string
  readonly notFoundTitle: string
  readonly note: string
  readonly tip: string
  readonly warning: string
  readonly more: string
  readonly watch: string
  readonly search: string
  readonly searchFor: string
  readonly searching: string
  readonly results: PluralForms
  readonly noResults: string
  readonly moreResults: string
  readonly searchFailed: string
  readonly searchNeedsScript: string
  readonly browse: string
  readonly minutes: PluralForms
  readonly comments: PluralForms
}

export interface LinkView {
  readonly title: string
  readonly path: string
}

/** A feed and its media type. */
export interface FeedView extends LinkView {
  readonly type: string
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
  readonly feeds: readonly FeedView[]
  /** The same page in every language it has, this one included; none on a page of one language. */
  readonly alternates: readonly AlternateView[]
  /** What search engines and link previews are told of an entry of its own; null for lists and the like. */
  readonly article: ArticleView | null
  /** The picture that link previews show; null for none. */
  readonly preview: PreviewView | null
  /** Icons of the site's own, from its files: `/favicon.ico`, `/favicon.svg`, `/apple-touch-icon.png`. */
  readonly icons: readonly string[]
  /** For one person: kept away from search engines, and no other site learns its address. */
  readonly unlisted: boolean
  /** What a file of the site's `data/` folder holds: `page.data('team')` for `data/team.yaml`; null for one that isn't there. */
  readonly data: (name: string) => unknown
}

export interface AlternateView extends LinkView {
  /** A language tag. */
  readonly language: string
  /** Absolute. */
  readonly url: string
}

export interface PreviewView {
  /** Absolute. */
  readonly url: string
  readonly width?: number
  readonly height?: number
  readonly alt: string
}

export interface ArticleView {
  readonly published: string | null
  readonly modified: string | null
  readonly author: string
  readonly tags: readonly string[]
}

/** A heading in a table of contents, with those below it. */
export interface TocItem {
  readonly id: string
  readonly text: string
  readonly items: readonly TocItem[]
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
  /** What it is filed under besides its tags: series, authors. */
  readonly terms: readonly (LinkView & { readonly taxonomy: string })[]
  /** Products: the formatted price, or “from” the lowest of its variants. */
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
  /** The headings as a table of contents; empty where the entry is to have none. */
  readonly toc: readonly TocItem[]
  readonly words: number
  readonly minutes: number
  readonly updated: string | null
  readonly author: string
  /** All front matter that Drowse itself does not read. */
  readonly data: Readonly<Record<string, unknown>>
}

/** Where the search's files are. */
export interface SearchIndexView {
  /** The folder's path: `/search/`. */
  readonly path: string
  /** How many groups entries are in. */
  readonly groups: number
}

/** What a shortcode's component is given. */
export interface ShortcodeView {
  readonly site: SiteView
  /** What stood in its braces: `{id=abc .wide}` → `id` and `class`. */
  readonly attributes: Readonly<Record<string, string>>
  /** What stood in its brackets; '' for nothing. */
  readonly labelHtml: string
  /** What it encloses: '' but for one of `:::`. */
  readonly html: string
  /** The picture that the attribute `src` names, with its size and versions. Null without that attribute. */
  readonly image: ImageView | null
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
  Post: {
    page: PageView
    entry: EntryView
    previous: LinkView | null
    next: LinkView | null
    /** Older posts that share terms with it, the nearest first. */
    related: readonly EntryLinkView[]
    comments: CommentsView | null
  }
  Page: { page: PageView; entry: EntryView; contents: readonly (LinkView & { readonly current: boolean })[] }
  /** A full page of the comments on a post or a note: all but the last, which is on the entry's own. */
  OlderComments: { page: PageView; heading: string; entry: LinkView; comments: CommentsView }
  /** A comment that waits for the owner, for the one who wrote it. */
  HeldComment: { page: PageView; heading: string; entry: LinkView; comment: CommentView; edits: boolean }
  /** Whether an address gets mails about answers, for whoever reads its mail. The form sends `token` and `do`: `confirm` or `stop`. */
  CommentMail: {
    page: PageView
    heading: string
    state: 'asked' | 'confirmed' | 'stopped'
    form: { readonly action: string; readonly token: string }
  }
  Note: { page: PageView; entry: EntryView; comments: CommentsView | null }
  /** `form` is null where nothing can be ordered. */
  Product: { page: PageView; entry: EntryView; offers: readonly OfferView[]; form: OrderFormView | null }
  /** Several things in one order. `offers` are the first hundred that can be had. */
  Cart: { page: PageView; heading: string; offers: readonly (OfferView & LinkView)[]; form: OrderFormView }
  /** An order, for the one who placed it and whoever has its address: nothing of it says who that is. */
  Order: { page: PageView; heading: string; order: OrderView }
  Profile: { page: PageView; entry: EntryView; links: readonly { readonly title: string; readonly url: string }[] }
  /** One page of posts, newest first. `newer` and `older` are the neighbouring list pages. */
  PostList: {
    page: PageView
    heading: string
    posts: readonly EntryLinkView[]
    newer: string | null
    older: string | null
    /** Overviews: of the tags, of other taxonomies, of the years. */
    overviews: readonly LinkView[]
  }
  /** A year's posts, newest first. */
  Archive: { page: PageView; heading: string; posts: readonly EntryLinkView[]; newer: string | null; older: string | null }
  /** All products, or those of one category. */
  ProductList: {
    page: PageView
    heading: string
    products: readonly EntryLinkView[]
    /** All there are, in the order of their names. */
    categories: readonly (LinkView & { readonly current: boolean })[]
  }
  NoteList: { page: PageView; heading: string; notes: readonly EntryLinkView[]; newer: string | null; older: string | null }
  /** The terms of one taxonomy: all tags, all series, all years. */
  Terms: { page: PageView; heading: string; terms: readonly (LinkView & { readonly count: number })[] }
  /** The search page. Its script finds everything else by `index` and by the names of the elements; see the manual on theming. */
  Search: { page: PageView; heading: string; index: SearchIndexView; overviews: readonly LinkView[] }
  NotFound: { page: PageView }
  /** The frame for the gateway's own pages (errors, status): it must output `slot` unescaped where the content goes. */
  Frame: { page: PageView; slot: string }
}

export type TemplateName = keyof Templates
