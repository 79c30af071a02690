import { randomBytes } from 'node:crypto'
import { chmodSync, closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { DrowseError } from '../errors/drowse-error.ts'

const KEY_BYTES = 32

/** Writes a file that its owner alone can read: whole or not at all, whatever stops the process. Throws what the disk says. */
export function writeSecretFile(path: string, text: string): void {
  const draft = `${path}.new`
  const descriptor = openSync(draft, 'w', 0o600)
  try {
    writeSync(descriptor, text)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  chmodSync(draft, 0o600)
  renameSync(draft, path)
}

/** A random key that is the same every time. One that is missing or damaged is made anew. Throws `folder-unwritable`. */
export function keptKey(path: string): Buffer {
  const known = read(path)
  if (known !== null) return known
  const key = randomBytes(KEY_BYTES)
  try {
    writeSecretFile(path, `${key.toString('hex')}\n`)
  } catch (cause) {
    throw new DrowseError('folder-unwritable', `The file ${path} can’t be written.`, {
      hint: 'Make sure that its folder exists and that you may write to it.',
      cause,
    })
  }
  return key
}

function read(path: string): Buffer | null {
  try {
    const text = readFileSync(path, 'utf8')
    return /^[0-9a-f]{64}\n$/.test(text) ? Buffer.from(text.trim(), 'hex') : null
  } catch {
    return null
  }
}
