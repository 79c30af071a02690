import { randomUUID } from 'node:crypto'
import { DrowseError } from '../errors/drowse-error.ts'
import type { Body } from './read-body.ts'
import type { WriteForm } from './types.ts'

const KEY = /^[\x21-\x7e]{1,200}$/

/**
 * The key the caller gave, in the `Idempotency-Key` header or the form's hidden field `key`. Without one a visitor's form that is sent twice is
 * one write (null), and an owner's is two: saving a text, then another, then the first again means three times what it says.
 * Throws `form-invalid` for a key that is not 1 to 200 visible ASCII characters.
 */
export function idempotencyKey(request: Request, body: Body, form: WriteForm): string | null {
  const field = body.type === 'fields' ? body.fields.key : undefined
  const key = request.headers.get('Idempotency-Key') ?? (field === '' ? undefined : field) ?? null
  if (key === null) return form.actor === 'owner' ? randomUUID() : null
  if (KEY.test(key)) return key
  throw new DrowseError('form-invalid', 'The idempotency key must be 1 to 200 visible ASCII characters.')
}
