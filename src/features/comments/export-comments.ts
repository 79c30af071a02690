import * as v from 'valibot'
import { entries } from '../../model/site-tables.ts'
import type { Change } from '../../model/types.ts'
import type { WriteHandler } from '../types.ts'
import { exportSchema } from './import-payload.ts'
import { type Comment, comments, lastNumber } from './tables.ts'

const LENGTH = 200

/** `comment.export`: the owner asks for all comments, so many at a time, in the order of their numbers; not for deleted ones. Changes nothing. */
export const exportComments: WriteHandler = {
  kind: 'comment.export',
  apply({ change, write }) {
    const { after } = v.parse(exportSchema, write.payload)
    const last = lastNumber(change)
    const until = Math.min(last, after + LENGTH)
    const numbers = Array.from({ length: Math.max(0, until - after) }, (_, index) => after + index + 1)
    const told = numbers.flatMap((number) => toldOf(change, change.row(comments, String(number))))
    return { result: { comments: told, next: until < last ? until : null } }
  },
}

function toldOf(change: Change, comment: Comment | null) {
  if (comment === null || comment.state === 'deleted') return []
  const { number, parent, author, email, text, html, date, edited, byOwner, state } = comment
  const page = change.row(entries, comment.entry)?.path ?? null
  return [{ number, page, parent, author, email, text, html, date, edited, byOwner, state }]
}
