import { isPublicKey } from '../protocol/key.ts'

/** How long what is no longer part of the site stays in the store, milliseconds. */
export interface Retention {
  /** What pages refer to stays reachable for this long after it was removed: somebody may be looking at a page that still needs it. */
  readonly graceMs: number
  /** Bytes that were replaced or removed are kept for this long, for a rollback. */
  readonly keepMs: number
}

const HOUR_MS = 3_600_000
/** Claims and records stay for so long at least: a publisher that has slept for half of it looks at the store again before it goes on. */
export const SPENT_MS = 7 * 24 * HOUR_MS
export const RETENTION: Retention = { graceMs: 24 * HOUR_MS, keepMs: 30 * 24 * HOUR_MS }

const OPENED_BY_READERS = /\.(html|xml|json|txt|webmanifest)(\.br|\.gz)?$|(^|\/)_redirects$/

/** When a key that was removed at `at` may leave the store. A page that was deleted is to be gone at once; what pages refer to stays for a while. */
export function dueOf(key: string, at: number, { graceMs }: Retention): number {
  return isPublicKey(key) && !OPENED_BY_READERS.test(key) ? at + graceMs : at
}
