import { hash } from 'node:crypto'
import * as v from 'valibot'
import { DrowseError } from '../errors/drowse-error.ts'
import type { Release, Store } from './types.ts'

const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

const release: v.GenericSchema<unknown, Release> = v.object({
  number: count,
  outbox: count,
  parent: v.nullable(sha256),
  changed: v.array(
    v.object({
      key: v.string(),
      hash: sha256,
      sizeBytes: count,
      contentType: v.string(),
      cache: v.picklist(['immutable', 'page']),
    }),
  ),
  removed: v.array(v.string()),
  at: v.exactOptional(v.string()),
})

/** A release with the hash of its record, which the next one names as its parent. */
export interface ReleaseRecord {
  readonly release: Release
  readonly hash: string
}

const PREFIX = 'releases/'

/** `releases/000124.json` */
export function recordKey(number: number): string {
  return `${PREFIX}${String(number).padStart(6, '0')}.json`
}

export function encodeRecord(record: Release): { readonly bytes: Uint8Array; readonly hash: string } {
  const bytes = new TextEncoder().encode(JSON.stringify(record))
  return { bytes, hash: hash('sha256', bytes) }
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
