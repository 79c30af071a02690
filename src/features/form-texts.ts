import * as v from 'valibot'
import { named } from '../errors/words/say.ts'

/** Names and addresses stand on one line and hold no control characters. */
export const oneLine = v.pipe(
  v.string(),
  v.transform((text) => text.trim()),
  v.check((text) => !/\p{Cc}/u.test(text), named('noControls')),
)

/** An e-mail address, or nothing. */
export const email = v.pipe(
  oneLine,
  v.maxLength(254, named('emailLong')),
  v.check((text) => text === '' || /^[^\s@,;<>"]+@[^\s@,;<>"]+\.[^\s@,;<>"]+$/.test(text), named('emailStrange')),
)
