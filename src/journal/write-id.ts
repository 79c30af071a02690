import { randomBytes } from 'node:crypto'

// Crockford's alphabet: no letter that can be mistaken for a digit when an id is read aloud.
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

/** An unguessable id of 26 characters: 130 random bits. */
export function newWriteId(): string {
  let id = ''
  for (const byte of randomBytes(26)) id += ALPHABET.charAt(byte & 31)
  return id
}
