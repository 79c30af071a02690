import * as v from 'valibot'

/** Names and addresses stand on one line and hold no control characters. */
export const oneLine = v.pipe(
  v.string(),
  v.transform((text) => text.trim()),
  v.check((text) => !/\p{Cc}/u.test(text), 'Control characters and line breaks can’t stand here.'),
)

/** An e-mail address, or nothing. */
export const email = v.pipe(
  oneLine,
  v.maxLength(254, 'An e-mail address has at most 254 characters.'),
  v.check(
    (text) => text === '' || /^[^\s@,;<>"]+@[^\s@,;<>"]+\.[^\s@,;<>"]+$/.test(text),
    'This does not look like an e-mail address.',
  ),
)
