import type { CommentView, EntryLinkView, EntryView, PageView, Templates } from '../../src/render/views.ts'
import { en } from '../../src/render/words/en.ts'

/** Props for every template, with `text` in each place where a person's words can stand. */
export function sampleProps(text: string): Templates {
  const page: PageView = {
    site: {
      home: '/',
      search: '/search/',
      words: en,
      title: text,
      url: 'https://example.org',
      language: 'en',
      description: text,
      author: text,
      menu: [{ title: text, path: '/posts/' }],
    },
    path: '/posts/hello/',
    canonical: 'https://example.org/posts/hello/',
    title: text,
    description: text,
    assets: { 'style.css': '/assets/style.01234567.css', 'favicon.svg': '/assets/favicon.01234567.svg' },
    feeds: [{ title: text, path: '/feed.xml', type: 'application/atom+xml' }],
    alternates: [
      { language: 'en', title: 'English', path: '/posts/hello/', url: 'https://example.org/posts/hello/' },
      { language: 'ru', title: 'русский', path: '/ru/posts/hello/', url: 'https://example.org/ru/posts/hello/' },
    ],
    article: { published: '2026-02-03T04:05:06.000Z', modified: '2026-02-04T00:00:00.000Z', author: text, tags: [text] },
    preview: { url: 'https://example.org/media/one.png', width: 1200, height: 630, alt: text },
    icons: ['/favicon.ico', '/apple-touch-icon.png'],
    unlisted: false,
    data: () => null,
  }
  const link = (kind: string, name: string): EntryLinkView => ({
    title: `${text} ${name}`,
    path: `/${kind}s/${name}/`,
    kind,
    date: '2026-02-03T04:05:06.000Z',
    description: text,
    tags: [{ title: text, path: '/tags/one/' }],
    terms: [{ taxonomy: 'series', title: text, path: '/series/one/' }],
    price: null,
    image: { src: '/media/one.svg', alt: text },
  })
  const product: EntryLinkView = { ...link('product', 'lamp'), date: null, price: '€48.00', available: true }
  const entry = (of: EntryLinkView): EntryView => ({
    ...of,
    html: '<p>Body, <em>as HTML</em>.</p><h2 id="one">One</h2><p>More.</p>',
    headings: [{ depth: 2, id: 'one', text }],
    toc: [{ id: 'one', text, items: [] }],
    words: 700,
    minutes: 3,
    updated: '2026-02-04T00:00:00.000Z',
    author: text,
    data: { buy: 'mailto:shop@example.org', note: text },
  })
  const comment = (number: number, replies: readonly CommentView[]): CommentView => ({
    anchor: `comment-${number}`,
    number,
    author: text,
    avatarHtml: '<svg viewBox="0 0 8 8"><path d="M0 0h8v8z"/></svg>',
    date: '2026-02-05T10:00:00.000Z',
    html: '<p>Said.</p>',
    byOwner: number === 1,
    answers: number === 5 ? { path: '', anchor: 'comment-4', author: text } : null,
    replies,
  })
  const comments = {
    count: 6,
    page: 1,
    older: null,
    newer: null,
    feeds: [],
    comments: [
      comment(1, [comment(2, [comment(3, [comment(4, [comment(5, [])])])])]),
      { ...comment(6, [comment(7, [])]), author: null },
    ],
    form: { action: '/-/comment.create', page: '/posts/hello/', mails: false, edits: true },
  }
  const offers = [true, false].map((available, index) => ({
    sku: `SKU-${index}`,
    name: text,
    price: '€12.50',
    amount: '12.50',
    currency: 'EUR',
    available,
  }))
  const orderForm = {
    action: '/-/order.create',
    page: '/products/b/',
    language: 'ru',
    cart: '/cart/',
    countries: [
      { code: 'DE', name: text },
      { code: 'FR', name: text },
    ],
    shipping: [
      { name: text, price: '€4.90' },
      { name: `${text} 2`, price: '€9.90' },
    ],
    payment: ['invoice', 'stripe'] as const,
    hasAddress: true,
  }
  const post = link('post', 'hello')
  const note = link('note', 'small')
  return {
    Home: {
      page,
      intro: text,
      posts: [post],
      products: [product],
      notes: [note],
      profile: link('profile', 'me'),
      archive: '/posts/',
    },
    Post: {
      page,
      entry: entry(post),
      previous: { title: text, path: '/posts/a/' },
      next: { title: text, path: '/posts/b/' },
      related: [link('post', 'c')],
      comments,
    },
    Page: {
      page,
      entry: entry({ ...post, kind: 'page', date: null }),
      contents: [
        { title: text, path: '/manual/', current: false },
        { title: text, path: '/manual/b/', current: true },
        { title: text, path: '/manual/c/', current: false },
      ],
    },
    Note: {
      page,
      entry: entry(note),
      comments: { count: 0, page: 1, older: null, newer: null, feeds: [], comments: [], form: null },
    },
    HeldComment: {
      page: { ...page, unlisted: true },
      heading: text,
      entry: { title: text, path: '/posts/hello/' },
      comment: comment(1, []),
      edits: true,
    },
    CommentMail: {
      page: { ...page, unlisted: true },
      heading: text,
      state: 'asked',
      form: { action: '/-/comment.mail', token: 'f00' },
    },
    OlderComments: {
      page,
      heading: text,
      entry: { title: text, path: '/posts/hello/' },
      comments: {
        ...comments,
        count: null,
        page: 2,
        feeds: [{ title: text, path: '/posts/hello/comments/feed.xml', type: 'application/atom+xml' }],
        older: '/posts/hello/comments/1/',
        newer: '/posts/hello/',
      },
    },
    Product: { page, entry: entry(product), offers, form: orderForm },
    Cart: {
      page,
      heading: text,
      offers: offers.map((offer) => ({ ...offer, title: text, path: '/products/b/' })),
      form: orderForm,
    },
    Order: {
      page: { ...page, unlisted: true },
      heading: text,
      order: {
        number: 3,
        state: text,
        advice: text,
        isOff: false,
        isPreparing: false,
        payUrl: 'https://checkout.stripe.com/c/pay/1',
        placed: '2026-02-05T10:00:00.000Z',
        heldUntil: '2026-02-19T10:00:00.000Z',
        lines: [{ title: text, path: '/products/b/', quantity: 2, price: '€12.50', total: '€25.00' }],
        sums: [
          { name: text, amount: '€25.00', isTotal: false },
          { name: text, amount: '€29.90', isTotal: true },
        ],
        instructions: [text],
        log: [{ state: text, at: '2026-02-05T10:00:00.000Z' }],
      },
    },
    Profile: { page, entry: entry(link('profile', 'me')), links: [{ title: text, url: 'https://example.com/@me' }] },
    PostList: {
      page,
      heading: text,
      posts: [post, link('post', 'other')],
      newer: '/posts/',
      older: '/posts/page/1/',
      overviews: [{ title: text, path: '/tags/' }],
    },
    Archive: { page, heading: '2026', posts: [post, link('post', 'other')], newer: null, older: '/archive/2026/page/1/' },
    ProductList: {
      page,
      heading: text,
      products: [product, { ...product, path: '/products/b/', available: false, image: null }],
      categories: [{ title: text, path: '/products/category/one/', current: true }],
    },
    NoteList: { page, heading: text, notes: [note], newer: null, older: '/notes/page/1/' },
    Terms: { page, heading: text, terms: [{ title: text, path: '/tags/one/', count: 3 }] },
    Search: { page, heading: text, index: { path: '/search/', groups: 3 }, overviews: [{ title: text, path: '/tags/' }] },
    NotFound: { page },
    Frame: { page, slot: '<h1>The comment was not sent</h1><p>Its text is empty.</p>' },
  }
}
