import { hash } from 'node:crypto'
import type { Claim } from './claim.ts'
import type { Index } from './index-file.ts'
import { storeKey } from './key.ts'
import { inLanes } from './put-all.ts'
import { keptKey } from './release-record.ts'
import { compress, siblingKey } from './siblings.ts'
import type { Fault, ManifestEntry, Store, Verification, VerifyOptions } from './types.ts'

/** Where a site's objects lie in the store; the rest is Drowse's own. */
const PLACES = ['site/', 'private/', '_drowse/']

/** Compares every object in the store with the manifest. With `repair`, what is missing or changed is put again from wherever its bytes can still be found, and what is extra is removed. */
export async function verifyStore(
  store: Store,
  index: Index,
  options: VerifyOptions,
  claim: Claim | null,
): Promise<Verification> {
  const { repair = false, progress } = options
  const entries = [...index.all()]
  const faults: Fault[] = []
  let done = 0
  await inLanes(entries, async (entry) => {
    const { key } = entry
    if (!(await store.holds(storeKey(key), entry))) {
      const fault = (await store.get(storeKey(key))) === null ? 'missing' : 'changed'
      const isRepaired = repair && (await mend(store, index, entry, options, claim))
      if (!isRepaired) index.doubt([key])
      faults.push({ key, fault, isRepaired })
    }
    progress?.(++done, entries.length)
  })
  const known = new Set(entries.map(({ key }) => storeKey(key)))
  const extra: string[] = []
  for (const place of PLACES) {
    for await (const key of store.list(place)) if (!known.has(key) && !index.isLeaving(siteKey(key))) extra.push(key)
  }
  claim?.check()
  if (repair) await store.remove(extra, claim?.until)
  faults.push(...extra.map((key) => ({ key: siteKey(key), fault: 'extra' as const, isRepaired: repair })))
  return { checked: entries.length, faults: faults.sort((a, b) => (a.key < b.key ? -1 : 1)) }
}

async function mend(
  store: Store,
  index: Index,
  entry: ManifestEntry,
  { bytesOf }: VerifyOptions,
  claim: Claim | null,
): Promise<boolean> {
  const bytes = await findBytes(store, index, entry, bytesOf)
  if (bytes === null) return false
  claim?.check()
  await store.put(storeKey(entry.key), bytes, entry, undefined, claim?.until)
  return true
}

/** Its own bytes with wrong headers, those of another key, kept ones, those at hand, those the caller has, or for a sibling the original's. */
async function findBytes(
  store: Store,
  index: Index,
  entry: ManifestEntry,
  bytesOf: VerifyOptions['bytesOf'],
): Promise<Uint8Array | null> {
  const atHand = index.body(entry.hash)
  if (atHand !== null) return atHand
  const same = index.withHash(entry.hash)
  for (const place of [storeKey(entry.key), ...(same === null ? [] : [storeKey(same.key)]), keptKey(entry.hash)]) {
    const bytes = await store.get(place)
    if (bytes !== null && hash('sha256', bytes) === entry.hash) return bytes
  }
  if (entry.encoding !== undefined) return await compressedAgain(store, index, entry, bytesOf)
  return bytesOf?.(entry.hash) ?? null
}

async function compressedAgain(
  store: Store,
  index: Index,
  { key, hash: hashOf, encoding = 'br', source }: ManifestEntry,
  bytesOf: VerifyOptions['bytesOf'],
): Promise<Uint8Array | null> {
  const original = index.get(key.slice(0, -siblingKey('', encoding).length))
  if (original === null || original.hash !== source) return null
  const bytes = await findBytes(store, index, original, bytesOf)
  const made = bytes === null ? null : compress(original, bytes, encoding)
  return made?.entry.hash === hashOf ? made.bytes : null
}

function siteKey(key: string): string {
  return key.startsWith('site/') ? key.slice('site/'.length) : key
}
