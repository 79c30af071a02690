import type { Fields, WriteForm } from '../../gateway/types.ts'
import type { Json } from '../../protocol/types.ts'
import { checked } from '../checked.ts'
import { mailSchema } from './mail-payload.ts'

/**
 * The gateway's face of `comment.mail`: whoever reads the mail of an address says that it wants mails about answers, or no more of them. Mail programs send
 * `List-Unsubscribe=One-Click` and follow no redirect (RFC 8058, 3.1), so all else is in the address.
 */
export const mailForm: WriteForm = {
  kind: 'comment.mail',
  noun: 'choice',
  actor: 'visitor',
  maxBytes: 4 * 1024,
  inQuery: ['token', 'do'],
  parse: (input) => checked(mailSchema, input.type === 'fields' ? fromFields(input.fields) : input.json),
  page: () => null,
}

function fromFields({ token = '', do: choice = '', 'List-Unsubscribe': oneClick }: Fields): Json {
  return { token, do: choice, page: oneClick === undefined }
}
