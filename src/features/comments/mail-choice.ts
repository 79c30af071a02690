import * as v from 'valibot'
import { DrowseError } from '../../errors/drowse-error.ts'
import { saying } from '../../errors/words/say.ts'
import type { WriteHandler } from '../types.ts'
import { mailSchema } from './mail-payload.ts'
import { mailPath, type Subscriber, subscribers } from './subscribers.ts'

const DAY_MS = 86_400_000
/** So long nobody can have an address asked again that wanted no mails. */
const STOPPED_DAYS = 30

/** `comment.mail`: an address wants mails about answers, or no more of them. What is stopped stays so; stopping what isn't known is done. */
export const chooseMail: WriteHandler = {
  kind: 'comment.mail',
  apply({ change, write }) {
    const choice = v.parse(mailSchema, write.payload)
    const known = change.row(subscribers, choice.token)
    if (known === null && choice.do === 'stop') return { result: { state: 'stopped' } }
    if (known === null || (known.state === 'stopped' && choice.do === 'confirm'))
      throw new DrowseError('page-unknown', saying('questionOver'), {
        hint: saying('questionOverHint'),
      })
    const now: Subscriber = choice.do === 'confirm' ? { ...known, state: 'confirmed', until: null } : stopped(known, write)
    change.put(subscribers, now)
    return { ...(choice.page ? { page: mailPath(now) } : {}), result: { state: now.state } }
  },
}

function stopped(known: Subscriber, { acceptedAt }: { readonly acceptedAt: string }): Subscriber {
  if (known.state === 'stopped') return known
  return { ...known, state: 'stopped', until: new Date(Date.parse(acceptedAt) + STOPPED_DAYS * DAY_MS).toISOString() }
}
