import { HTML } from '../../render/content-type.ts'
import { languageTag, pageView } from '../../render/page-view.ts'
import type { Route } from '../../render/types.ts'
import { wordsOf } from '../../render/words/words-of.ts'
import { commented, fullPagePath } from './pages.ts'
import { commentPages, entryOfKey, pageOfKey } from './tables.ts'
import { fullPageOf } from './thread.ts'

/** Older comments on an entry: a page for each that is full. */
export const olderComments: Route = {
  name: 'comments',
  over: { table: commentPages.name },
  pages(read, key) {
    const path = fullPagePath(read, key)
    return path === null ? [] : [{ path, argument: key }]
  },
  async render(context, argument) {
    const [id, number] = [entryOfKey(String(argument)), pageOfKey(String(argument))]
    const entry = context.query(commented, id)
    if (entry === null) throw new Error(`The entry ${id} is gone.`)
    const { language, path, title } = entry
    const words = context.query(wordsOf, languageTag(context, language))
    const heading = words.commentsPage.replace('{number}', String(number))
    const comments = fullPageOf(context, entry, number)
    const { feeds } = comments
    const page = pageView(context, { path: context.path, title: `${title} · ${heading}`, language, feeds })
    const content = await context.template('OlderComments', { page, heading, entry: { title, path }, comments })
    return { content, contentType: HTML }
  },
}
