import { HTML } from '../../render/content-type.ts'
import { languageTag, pageView } from '../../render/page-view.ts'
import type { Route } from '../../render/types.ts'
import { wordsOf } from '../../render/words/words-of.ts'
import { mailPath, subscribers } from './subscribers.ts'

/** Where whoever reads an address's mail says whether it wants mails about answers: with a button, since mail scanners open links. */
export const mailPage: Route = {
  name: 'comment-mail',
  over: { table: subscribers.name },
  pages(read, token) {
    const subscriber = read.row(subscribers, token)
    return subscriber === null ? [] : [{ path: mailPath(subscriber), argument: token }]
  },
  async render(context, argument) {
    const subscriber = context.row(subscribers, String(argument))
    if (subscriber === null) throw new Error('The address is gone.')
    const { language, state, token } = subscriber
    const { mailTitle: heading } = context.query(wordsOf, languageTag(context, language))
    const page = pageView(context, { path: context.path, title: heading, language, unlisted: true })
    const content = await context.template('CommentMail', { page, heading, state, form: { action: '/-/comment.mail', token } })
    return { content, contentType: HTML }
  },
}
