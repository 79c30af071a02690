import { settings } from '../model/site-tables.ts'
import type { Change } from '../model/types.ts'
import { textSetting } from '../render/page-view.ts'

/** From whom the site's mails come, and where the owner gets theirs. */
export interface Sender {
  readonly from: { readonly name: string; readonly address: string }
  readonly owner: string | null
}

/** Null where site.yaml has no `mail`: then none are sent. */
export function senderOf(change: Pick<Change, 'row'>): Sender | null {
  // Written from a checked site.yaml alone.
  const mail = (change.row(settings, 'mail')?.value ?? null) as { from: string; owner: string | null } | null
  return mail === null ? null : { from: { name: textSetting(change, 'title'), address: mail.from }, owner: mail.owner }
}

/** The same text on one line, for a mail's subject. */
export function onOneLine(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, ' ').trim()
}
