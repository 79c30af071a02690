import type { Entry } from '../../content/types.ts'
import { entries } from '../../model/site-tables.ts'
import type { Change } from '../../model/types.ts'
import type { Effect } from '../../protocol/types.ts'
import { languageTag, textSetting } from '../../render/page-view.ts'
import { wordsIn } from '../../render/words/words-of.ts'
import { onOneLine, type Sender, senderOf } from '../sender.ts'
import { pathOfComment } from './pages.ts'
import { isSameAddress, mailPath, newToken, subscriberAt, subscribers } from './subscribers.ts'
import { type Comment, comments } from './tables.ts'

const DAY_MS = 86_400_000
/** So long a question waits for its answer, and nobody asks the same address again. */
const ASK_DAYS = 7

interface Shown {
  readonly change: Change
  readonly comment: Comment
  /** The write that shows it. */
  readonly write: { readonly id: string; readonly acceptedAt: string }
  effect(effect: Effect): void
}

/**
 * What goes out by mail when a comment is shown for the first time: a question to its writer's address, if they want mails and it was never asked; and word to the
 * writer of what it answers, if their address has said yes. Nothing where site.yaml has no `mail`.
 */
export function mailAbout(shown: Shown): void {
  const { change, comment } = shown
  const sender = senderOf(change)
  const entry = change.row(entries, comment.entry)
  if (sender === null || entry === null) return
  ask(shown, sender, entry)
  tellAnswered(shown, sender, entry)
}

/** Holds nothing that was typed into the form: the address may be anybody's. */
function ask({ change, comment, write, effect }: Shown, { from }: Sender, entry: Entry): void {
  const { email } = comment
  if (comment.wantsMail !== true || email === '' || subscriberAt(change, email) !== null) return
  const { language } = entry
  const token = newToken(change, write.id)
  const until = new Date(Date.parse(write.acceptedAt) + ASK_DAYS * DAY_MS).toISOString()
  change.put(subscribers, { token, email, language, state: 'asked', until })
  const words = wordsIn(change, languageTag(change, language))
  const url = `${textSetting(change, 'url')}${mailPath({ language, token })}`
  const text = filled(words.mailAskText, { site: from.name, title: entry.title, url })
  effect({
    id: `comment.mail/${token}/ask`,
    kind: 'mail',
    payload: { from, to: email, subject: onOneLine(filled(words.mailAskSubject, { site: from.name })), text: `${text}\n` },
  })
}

function tellAnswered({ change, comment, effect }: Shown, { from }: Sender, entry: Entry): void {
  const answered = comment.parent === null ? null : change.row(comments, String(comment.parent))
  if (answered?.wantsMail !== true || answered.state !== 'shown' || isSameAddress(answered.email, comment.email)) return
  const subscriber = subscriberAt(change, answered.email)
  if (subscriber?.state !== 'confirmed') return
  const words = wordsIn(change, languageTag(change, entry.language))
  const site = textSetting(change, 'url')
  const { author } = comment
  const said = filled(words.mailAnswerText, { author, title: entry.title })
  const quoted = comment.text.split('\n').map((line) => `> ${line}`)
  const url = `${site}${pathOfComment(change, comment, entry.path)}#comment-${comment.number}`
  const stop = filled(words.mailStopText, { url: `${site}${mailPath(subscriber)}` })
  effect({
    id: `comment.mail/${subscriber.token}/${comment.number}`,
    kind: 'mail',
    payload: {
      from,
      to: subscriber.email,
      subject: onOneLine(filled(words.mailAnswerSubject, { title: entry.title })),
      text: [said, '', ...quoted, '', url, '', '-- ', stop, ''].join('\n'),
      unsubscribe: `${site}/-/comment.mail?token=${subscriber.token}&do=stop`,
    },
  })
}

function filled(words: string, names: Readonly<Record<string, string>>): string {
  return words.replace(/\{(\w+)\}/g, (all, name: string) => names[name] ?? all)
}
