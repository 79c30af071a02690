import { randomBytes } from 'node:crypto'
import { type Challenge, createChallenge, verifySolution } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2'
import * as v from 'valibot'
import { DrowseError } from '../errors/drowse-error.ts'
import { saying } from '../errors/words/say.ts'
import type { Fields } from './types.ts'

/** The hidden fields that carry a challenge and what a browser has computed for it. */
export const PROOF_FIELDS = ['altcha-challenge', 'altcha-solution'] as const
const [CHALLENGE, SOLUTION] = PROOF_FIELDS

/** About 256 of these are tried until one fits: a second or two in a browser, and one for us. */
const COST = 2000
const LIFE_MS = 3_600_000
/** Who has no JavaScript shows patience instead. */
const PATIENCE_MS = 20_000
/** More than can be used up in a challenge's life, whatever a site's share is. */
const MOST_USED = 100_000

/** A step up for visitors where many are writing: a proof of work by ALTCHA, https://altcha.org, or a while of waiting; each challenge is good for one write. */
export interface Proofs {
  /** Whether the fields hold a challenge of ours that was not used before and either is solved or old enough. It is used up with this. */
  check(fields: Fields): Promise<boolean>
  /** What to throw at a visitor who shows none. */
  challenge(): Promise<DrowseError>
}

const challengeSchema = v.object({
  parameters: v.looseObject({
    algorithm: v.literal('PBKDF2/SHA-256'),
    nonce: v.string(),
    salt: v.string(),
    cost: v.number(),
    keyLength: v.number(),
    keyPrefix: v.string(),
    expiresAt: v.number(),
    data: v.object({ at: v.number() }),
  }),
  signature: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
})
const solutionSchema = v.object({ counter: v.number(), derivedKey: v.string() })

/** The key lives as long as the process: what was handed out before a restart is good for nothing after it, so that nothing used has to outlive it. */
export function createProofs(now: () => number = Date.now): Proofs {
  const secret = randomBytes(32).toString('hex')
  const used = new Set<string>()

  return {
    async check(fields) {
      const challenge = v.safeParse(challengeSchema, decoded(fields[CHALLENGE]))
      if (!challenge.success) return false
      const { parameters, signature } = challenge.output
      if (used.has(signature) || parameters.expiresAt * 1000 < now()) return false
      const given = v.safeParse(solutionSchema, decoded(fields[SOLUTION]))
      // With no solution this tells whether the signature is ours.
      const solution = given.success ? { ...given.output, time: 0 } : { counter: 0, derivedKey: '', time: 0 }
      const options = { challenge: { parameters, signature } satisfies Challenge, deriveKey, hmacSignatureSecret: secret }
      // Of several at once with one challenge, the first has it.
      used.add(signature)
      const [oldest] = used.size > MOST_USED ? used : []
      if (oldest !== undefined) used.delete(oldest)
      const { verified, invalidSignature } = await verifySolution({ ...options, solution })
      // A wrong solution uses it up as well: looking at one costs more than handing out another.
      if (invalidSignature === false && given.success) return verified
      if (invalidSignature === false && now() - parameters.data.at >= PATIENCE_MS) return true
      used.delete(signature)
      return false
    },
    async challenge() {
      const made = await createChallenge({
        algorithm: 'PBKDF2/SHA-256',
        cost: COST,
        keyPrefix: '00',
        deriveKey,
        hmacSignatureSecret: secret,
        expiresAt: Math.floor((now() + LIFE_MS) / 1000),
        data: { at: now() },
      })
      return new DrowseError('proof-needed', saying('proof'), {
        hint: saying('proofHint'),
        details: { retryAfterSeconds: PATIENCE_MS / 1000, challenge: encoded(made) },
      })
    },
  }
}

/** The form with the challenge of an error in it, and the script that meets it; any other error leaves it as it is. */
export function withChallenge(form: string, { details }: DrowseError): string {
  const { challenge } = details
  const end = form.lastIndexOf('</form>')
  if (typeof challenge !== 'string' || end < 0) return form
  const fields = `<input type="hidden" name="${CHALLENGE}" value="${challenge}"><input type="hidden" name="${SOLUTION}" value="">`
  return `${form.slice(0, end)}${fields}<script src="/-/proof.js" defer></script>${form.slice(end)}`
}

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function decoded(text: string | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(text ?? '', 'base64url').toString())
  } catch {
    return null
  }
}

/** Runs in the browser: tries counters until a key begins as it must, and sends the form. Where pages have no WebCrypto (plain http) it leaves it to the person's patience. */
export const PROOF_SCRIPT = `'use strict'
const field = document.querySelector('[name=${CHALLENGE}]')
const solution = document.querySelector('[name=${SOLUTION}]')
const bytesOf = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16))
const hexOf = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

async function solve({ nonce, salt, cost, keyLength, keyPrefix }) {
  const head = bytesOf(nonce)
  const password = new Uint8Array(head.length + 4)
  password.set(head)
  const view = new DataView(password.buffer)
  const algorithm = { name: 'PBKDF2', hash: 'SHA-256', salt: bytesOf(salt), iterations: cost }
  for (let counter = 0; ; counter++) {
    view.setUint32(head.length, counter, false)
    const key = await crypto.subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits'])
    const derivedKey = hexOf(new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, keyLength * 8)))
    if (derivedKey.startsWith(keyPrefix)) return { counter, derivedKey }
  }
}

async function run() {
  if (!field || !crypto.subtle) return
  const form = field.form
  const { parameters } = JSON.parse(atob(field.value.replaceAll('-', '+').replaceAll('_', '/')))
  solution.value = btoa(JSON.stringify(await solve(parameters))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
  form.requestSubmit()
}
run()
`
