import { solveChallenge } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2'
import type { Fields } from '../../src/gateway/types.ts'

export const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
export const decoded = (text: string) => JSON.parse(Buffer.from(text, 'base64url').toString())

/** What a browser sends that has met a challenge. */
export async function solved(challenge: string): Promise<Fields> {
  const solution = await solveChallenge({ challenge: decoded(challenge), deriveKey })
  return { 'altcha-challenge': challenge, 'altcha-solution': encoded(solution) }
}

/** The challenge in a page. */
export function challengeIn(page: string): string {
  return /name="altcha-challenge" value="([\w-]+)"/.exec(page)?.[1] ?? ''
}
