import { hash } from 'node:crypto'
import * as v from 'valibot'
import { DrowseError } from '../errors/drowse-error.ts'
import type { ManifestEntry, Release, ReleaseSource, Store } from './types.ts'

const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

export const entrySchema: v.GenericSchema<unknown, ManifestEntry> = v.object({
  key: v.string(),
  hash: sha256,
  headers: v.string(),
  sizeBytes: count,
  contentType: v.string(),
  cache: v.picklist(['immutable', 'page']),
  redirect: v.exactOptional(v.string()),
  encoding: v.exactOptional(v.picklist(['br', 'gzip'])),
  source: v.exactOptional(sha256),
})

const release: v.GenericSchema<unknown, Release> = v.object({
  number: count,
  outbox: count,
  parent: v.nullable(sha256),
  changed: v.array(entrySchema),
  removed: v.array(v.string()),
  was: v.array(entrySchema),
  source: v.picklist(['machine', 'folder']),
  at: v.pipe(v.string(), v.isoTimestamp()),
  restores: v.exactOptional(count),
})

/** A release with the hash of its record, which the next one names as its parent. */
export interface ReleaseRecord {
  readonly release: Release
  readonly hash: string
}

/**
 * Many releases folded into one: what changed after release `after` up to `to`. Every 32nd release folds 32 of them, every 1024th 1024, every 32,768th as many;
 * so a lost index is rebuilt from at most about a hundred objects and 31 records, and a release's share of the folding follows its own size, not the site's.
 */
export interface Snapshot {
  readonly after: number
  readonly to: number
  readonly outbox: number
  readonly source: ReleaseSource | null
  /** Of the record `to`. */
  readonly recordHash: string | null
  readonly changed: readonly ManifestEntry[]
  readonly removed: readonly string[]
}

export const RECORDS_PREFIX = 'releases/'

/** `releases/000124.json` */
export function recordKey(number: number): string {
  return `${RECORDS_PREFIX}${String(number).padStart(6, '0')}.json`
}

export function encodeRecord(record: Release): { readonly bytes: Uint8Array; readonly hash: string } {
  const bytes = new TextEncoder().encode(JSON.stringify(record))
  return { bytes, hash: hash('sha256', bytes) }
}

/** When a release was made, in ms, by the bytes of its record, which are known to be good. */
export function releasedAt(record: Uint8Array): number {
  return Date.parse(v.parse(v.object({ at: v.string() }), JSON.parse(new TextDecoder().decode(record))).at)
}

/** The record of that number, or null where there is none. Throws `store-failed` for one that can't be read as a release. */
export async function readRecord(store: Store, number: number): Promise<ReleaseRecord | null> {
  const key = recordKey(number)
  const bytes = await store.get(key)
  if (bytes === null) return null
  try {
    return { release: v.parse(release, JSON.parse(new TextDecoder().decode(bytes))), hash: hash('sha256', bytes) }
  } catch (cause) {
    throw new DrowseError('store-failed', `The release record “${key}” is damaged.`, {
      hint: 'Restore it from a backup of the store, or remove it and those after it to publish them again.',
      cause,
    })
  }
}

/** Whether two records tell of the same change, whenever it was made: then one of them is a second try of the other. */
export function isSameChange(one: Release, other: Release): boolean {
  return JSON.stringify({ ...one, at: '' }) === JSON.stringify({ ...other, at: '' })
}

/** The objects whose bytes a release replaced or removed. Compressed siblings are not among them: they can be made again. */
export function supersededBy({ changed, was }: Pick<Release, 'changed' | 'was'>): readonly ManifestEntry[] {
  const now = new Map(changed.map(({ key, hash: hashOf }) => [key, hashOf]))
  return was.filter((entry) => entry.encoding === undefined && now.get(entry.key) !== entry.hash)
}

/** The keys that a release touched. */
export function keysOf({ changed, removed }: Release): readonly string[] {
  return [...changed.map(({ key }) => key), ...removed]
}

/** Where replaced bytes are kept for a rollback. */
export function keptKey(hashOf: string): string {
  return `${KEPT_PREFIX}${hashOf}`
}

export const KEPT_PREFIX = 'objects/'
