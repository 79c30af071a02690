import { HtmlValidate } from 'html-validate'
import { beforeAll, describe, expect, test } from 'vitest'
import { compileTheme } from '../../src/render/theme/compile.ts'
import { type LoadedTheme, loadTheme } from '../../src/render/theme/load.ts'
import { type CompiledTheme, TEMPLATE_NAMES } from '../../src/render/theme/types.ts'
import type { CommentView } from '../../src/render/views.ts'
import { ru } from '../../src/render/words/ru.ts'
import { sampleProps } from './sample-props.ts'
import { BUILT_IN } from './theme-folders.ts'

const HOSTILE = `"'><script>alert(1)</script><img src=x onerror=alert(2)>&amp;</title></textarea>{{7*7}}\u202eabc`

const validator = new HtmlValidate({ root: true, extends: ['html-validate:recommended'] })

let compiled: CompiledTheme
let theme: LoadedTheme
beforeAll(async () => {
  compiled = await compileTheme({ themesDirs: [BUILT_IN], name: 'default' })
  theme = await loadTheme(compiled.source)
})

const first = (comments: readonly CommentView[] | undefined): CommentView => {
  const [comment] = comments ?? []
  if (comment === undefined) throw new Error('The sample has no comments.')
  return comment
}

/** Without the data for search engines, which is no script and is looked at by itself. */
const withoutData = (html: string) => html.replace(/<script type="application\/ld\+json">[^<>]*<\/script>/g, '')

const messagesOf = async (html: string) => {
  const { results } = await validator.validateString(html)
  return results.flatMap(({ messages }) =>
    messages.map(({ ruleId, message, line, column }) => `${line}:${column} ${ruleId}: ${message}`),
  )
}

describe.each(TEMPLATE_NAMES)('The template %s', (name) => {
  test('renders valid HTML', async () => {
    expect(await messagesOf(theme.render(name, sampleProps('Hello')[name]))).toEqual([])
  })

  test('escapes hostile strings wherever they stand', async () => {
    const html = theme.render(name, sampleProps(HOSTILE)[name])

    expect(withoutData(html)).not.toContain('<script')
    expect(html).not.toContain('<img src=x')
    expect(await messagesOf(html)).toEqual([])
  })

  test('needs no script and no inline style', () => {
    const html = withoutData(theme.render(name, sampleProps('Hello')[name]))

    expect(html).not.toMatch(/<script|<style|\sstyle=|\son\w+=/)
  })

  test('says the same twice', () => {
    expect(theme.render(name, sampleProps('Hello')[name])).toBe(theme.render(name, sampleProps('Hello')[name]))
  })
})

describe('The default theme', () => {
  test('keeps the HTML and CSS of a post and its first two comments within 30 kB, and each further one within 1.4 kB', () => {
    const props = sampleProps('How a write travels').Post
    const page = { ...props.page, alternates: [], icons: [] }
    const sizeWith = (comments: readonly CommentView[]) =>
      Buffer.byteLength(
        theme.render('Post', {
          ...props,
          page,
          entry: { ...props.entry, html: '<p>Seven hundred words, at six letters each.</p>'.repeat(90) },
          comments: props.comments === null ? null : { ...props.comments, comments },
        }),
      )
    const one: CommentView = { ...first(props.comments?.comments), replies: [] }
    const css = compiled.assets.find(({ name }) => name === 'style.css')

    expect(sizeWith([one, one]) + (css?.bytes.length ?? 0)).toBeLessThanOrEqual(30_000)
    expect(sizeWith([one, one]) - sizeWith([one])).toBeLessThanOrEqual(1_400)
  })

  test('gives the comment form exactly the gateway’s fields', () => {
    const html = theme.render('Post', {
      ...sampleProps('Hello').Post,
      comments: {
        count: 0,
        page: 1,
        older: null,
        newer: null,
        feeds: [{ title: 'Feed', path: '/posts/hello/comments/feed.xml', type: 'application/atom+xml' }],
        comments: [],
        form: { action: '/-/comment.create', page: '/posts/hello/', mails: true, edits: true },
      },
    })

    expect(html.match(/ name="(?!viewport|description|color-scheme|twitter:card)[^"]+"/g)).toEqual([
      ' name="page"',
      ' name="name"',
      ' name="email"',
      ' name="text"',
      ' name="mail"',
      ' name="website"',
    ])
    expect(html).toContain(
      '<form class="comment-form" method="post" action="/-/comment.create"><input type="hidden" name="page" value="/posts/hello/">',
    )
  })

  test('tells a reply which comment it answers', () => {
    const html = theme.render('Post', sampleProps('Hello').Post)

    expect(html.match(/name="parent" value="\d"/g)).toEqual([1, 2, 3, 4, 5, 7].map((number) => `name="parent" value="${number}"`))
  })

  test('says whom a comment answers where its place no longer tells', () => {
    const html = theme.render('Post', sampleProps('Vera').Post)

    expect(html.match(/<p class="answered">.*?<\/p>/g)).toEqual([
      '<p class="answered"><a class="u-in-reply-to" href="#comment-4">to <bdi>Vera</bdi></a></p>',
    ])
  })

  test('leads to what one wrote only where it can be changed', () => {
    const props = sampleProps('Hello').Post
    const html = (edits: boolean) => {
      const form = { action: '/-/comment.create', page: '/posts/hello/', mails: false, edits }
      return theme.render('Post', { ...props, comments: props.comments && { ...props.comments, form } })
    }
    const held = (edits: boolean) => theme.render('HeldComment', { ...sampleProps('Hello').HeldComment, edits })

    expect([html, held].map((page) => [true, false].map((edits) => page(edits).includes('/-/comment.edit')))).toEqual([
      [true, false],
      [true, false],
    ])
  })

  test('shows no form where comments are closed', () => {
    const html = theme.render('Note', sampleProps('Hello').Note)

    expect(html).not.toContain('<form')
    expect(html).toContain('Comments are closed.')
  })

  test('writes dates and numbers in the site’s language, in UTC', () => {
    const props = sampleProps('Привет').Post
    const html = theme.render('Post', {
      ...props,
      page: { ...props.page, site: { ...props.page.site, language: 'ru', words: ru } },
    })

    expect(html).toContain('<time class="dt-published" datetime="2026-02-03T04:05:06.000Z">3 февраля 2026 г.</time>')
    expect(html).toContain('6 комментариев')
    expect(html).toContain('3 минуты')
  })

  test('keeps words that look like its own markup as the author wrote them', () => {
    const props = sampleProps('Hello').Page
    const html = theme.render('Page', {
      ...props,
      entry: { ...props.entry, html: '<pre><code>&lt;input required=""/> is ""</code></pre>' },
    })

    expect(html).toContain('<pre><code>&lt;input required=""/> is ""</code></pre>')
  })

  test('cuts a title that no tab can hold at a word', () => {
    const html = theme.render('NotFound', sampleProps('word '.repeat(40).trim()).NotFound)

    expect(html).toContain(`<title>${'word '.repeat(13).trim()}…</title>`)
  })
})
