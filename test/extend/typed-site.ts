// The types that a site.ts is checked with: the compiler reads this file with the others, and no test builds it.
import { defineQuery, defineSite, entries, entryView, HTML, pageView, type Route, type ShortcodeView } from 'drowse/site'
import rehypeAutolinkHeadings from 'rehype-autolink-headings'
import rehypeExternalLinks from 'rehype-external-links'
import remarkEmoji from 'remark-emoji'
import { remarkAlert } from 'remark-github-blockquote-alert'

const count = defineQuery<string, number>('count-of', (read, kind) => read.count(entries.indexes.byKind, kind))

const route: Route = {
  name: 'own',
  over: { table: 'entries' },
  pages: (read, id) => (read.row(entries, id)?.shown ? [{ path: `/own/${id}/`, argument: id }] : []),
  async render(context, id) {
    const entry = context.row(entries, String(id))
    if (entry === null) throw new Error('It is gone.')
    const page = pageView(context, { path: context.path, title: `${context.query(count, 'post')}` })
    return { content: context.template('Page', { page, entry: entryView(context, entry), contents: [] }), contentType: HTML }
  },
}

export default defineSite({
  remarkPlugins: [remarkEmoji, [remarkAlert, { legacyTitle: true }]],
  rehypePlugins: [[rehypeExternalLinks, { rel: ['nofollow'] }], rehypeAutolinkHeadings],
  shortcodes: { kbd: ({ labelHtml }: ShortcodeView) => `<kbd>${labelHtml}</kbd>` },
  queries: [count],
  routes: [route],
})

// @ts-expect-error: the key is misspelled.
defineSite({ remarkPlugin: [] })
