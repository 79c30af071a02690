import { createHash, randomInt, timingSafeEqual } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import * as v from 'valibot'
import { DrowseError } from '../errors/drowse-error.ts'
import { writeSecretFile } from './secret-file.ts'
import type { OwnerTokens } from './types.ts'

const PREFIX = 'drowse_'
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
// 62^43 > 2^256
const LENGTH = 43

const file = v.object({
  tokens: v.array(v.object({ hash: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)), createdAt: v.string() })),
})
type TokenFile = v.InferOutput<typeof file>

/**
 * The owner's tokens, kept as hashes in a file of mode 0600. Another process may add one at any time: the file is read again when it has
 * changed.
 */
export function ownerTokens(path: string) {
  let known: { readonly stamp: string; readonly hashes: readonly Buffer[] } = { stamp: '', hashes: [] }

  function hashes(): readonly Buffer[] {
    const stamp = stampOf(path)
    if (stamp !== known.stamp) known = { stamp, hashes: read(path).tokens.map((token) => Buffer.from(token.hash, 'hex')) }
    return known.hashes
  }

  return {
    /** Makes a token and returns it: it can't be had again. Throws `folder-unwritable`. */
    create(createdAt: string): string {
      const token = PREFIX + Array.from({ length: LENGTH }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('')
      write(path, { tokens: [...read(path).tokens, { hash: digest(token).toString('hex'), createdAt }] })
      return token
    },
    check(token) {
      const given = digest(token)
      // Every hash is compared, so that the time says nothing about which one is near.
      return hashes().reduce((found, hash) => timingSafeEqual(hash, given) || found, false)
    },
  } satisfies OwnerTokens & { create(createdAt: string): string }
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

function stampOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false, bigint: true })
  return stats === undefined ? '' : `${stats.ino} ${stats.mtimeNs} ${stats.size}`
}

function read(path: string): TokenFile {
  if (stampOf(path) === '') return { tokens: [] }
  try {
    return v.parse(file, JSON.parse(readFileSync(path, 'utf8')))
  } catch (cause) {
    throw new DrowseError('internal', `The file of owner tokens ${path} is damaged.`, {
      hint: 'Remove it and make new tokens with “drowse token”.',
      cause,
    })
  }
}

function write(path: string, content: TokenFile): void {
  try {
    writeSecretFile(path, `${JSON.stringify(content, null, 2)}\n`)
  } catch (cause) {
    throw new DrowseError('folder-unwritable', `The file of owner tokens ${path} can’t be written.`, {
      hint: 'Make sure that its folder exists and that you may write to it.',
      cause,
    })
  }
}
