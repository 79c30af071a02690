import { hash } from 'node:crypto'
import { DrowseError } from '../errors/drowse-error.ts'
import type { ObjectInfo } from '../protocol/types.ts'
import { headerHash } from './headers.ts'
import type { Index } from './index-file.ts'
import { checkKey, isPossible, storeKey } from './key.ts'
import { REDIRECTS_KEY, redirectsFile } from './redirects.ts'
import { compress, ENCODINGS, isCompressible, siblingKey } from './siblings.ts'
import type { Encoding, ManifestEntry, PlannedPut, ReleaseChange, ReleasePlan } from './types.ts'

const GUARDED_FROM = 20
const GUARDED_SHARE = 1 / 5

type GivenObject = ReleaseChange['objects'][number]
type Wanted = Pick<PlannedPut, 'entry' | 'bytes'>

/**
 * What a change comes to, compared with what is published. Pure but for reading the index and the bytes of what changed. Throws `release-refused` for a change that
 * is older than what is published, that would lose what visitors wrote, or too much.
 */
export function planRelease(index: Index, change: ReleaseChange, precompress: readonly Encoding[]): ReleasePlan {
  refuseStale(index, change)
  const objects = new Map<string, GivenObject>(change.objects.map((object) => [object.info.key, object]))
  for (const key of objects.keys()) checkKey(key)
  const removed = new Map(goneOf(index, change, objects).map((entry) => [entry.key, entry]))
  noteRedirects(index, change, objects, removed)
  if (change.guardRemovals === true) guardRemovals(index, change, [...removed.values()])

  const puts: PlannedPut[] = []
  for (const object of objects.values()) {
    const wanted = entryOf(object)
    const put = plannedPut(index, wanted)
    if (put !== null) puts.push(put)
    for (const encoding of ENCODINGS) {
      const sibling = siblingOf(index, wanted, put !== null, encoding, precompress)
      if (sibling === 'kept') removed.delete(siblingKey(object.info.key, encoding))
      else if (sibling !== null) {
        removed.delete(sibling.entry.key)
        const siblingPut = plannedPut(index, sibling)
        if (siblingPut !== null) puts.push(siblingPut)
      } else {
        const there = index.get(siblingKey(object.info.key, encoding))
        if (there?.encoding !== undefined) removed.set(there.key, there)
      }
    }
  }
  for (const { entry } of puts) removed.delete(entry.key)
  return { puts, removed: [...removed.values()].sort(byKey) }
}

export function byKey(a: { readonly key: string }, b: { readonly key: string }): number {
  return a.key < b.key ? -1 : 1
}

function refuseStale(index: Index, { outbox, source = 'machine', force = false }: ReleaseChange): void {
  const published = index.state()
  if (outbox !== undefined && outbox < published.outbox) {
    throw new DrowseError('release-refused', `This render (${outbox}) is older than what is published (${published.outbox}).`, {
      hint: 'The machine’s data is older than the published site. Restore its newest copy.',
      details: { outbox, published: published.outbox },
    })
  }
  if (source === 'folder' && published.source === 'machine' && !force) {
    throw new DrowseError('release-refused', 'A machine publishes this site: a build of the folder lacks what visitors wrote.', {
      hint: 'Bring the folder’s changes in with `drowse start`. To publish the folder’s build all the same, say --force.',
    })
  }
}

/** What is published and no longer part of the site, with its siblings. */
function goneOf(index: Index, change: ReleaseChange, objects: ReadonlyMap<string, GivenObject>): readonly ManifestEntry[] {
  if (change.complete === true) return [...index.all()].filter(({ key }) => !objects.has(key))
  // An impossible key was never put: it is no reason to stop.
  const keys = change.removed.filter((key) => !objects.has(key) && isPossible(key))
  return keys
    .flatMap((key) => [key, ...ENCODINGS.map((encoding) => siblingKey(key, encoding))])
    .flatMap((key) => index.get(key) ?? [])
    .filter(({ key, encoding }) => keys.includes(key) || encoding !== undefined)
}

/** Puts the redirects file among the objects, where a redirect comes or goes. */
function noteRedirects(
  index: Index,
  { complete = false }: ReleaseChange,
  objects: Map<string, GivenObject>,
  removed: Map<string, ManifestEntry>,
): void {
  const touches = (info: Pick<ObjectInfo, 'key' | 'redirect'>) =>
    info.redirect !== undefined || index.get(info.key)?.redirect !== undefined
  const isTouched = complete || [...objects.values()].some(({ info }) => touches(info)) || [...removed.values()].some(touches)
  if (!isTouched || objects.has(REDIRECTS_KEY)) return
  const infos = [...objects.values()].map(({ info }) => info)
  const staying = complete ? [] : [...index.redirects()].filter(({ key }) => !removed.has(key) && !objects.has(key))
  const file = redirectsFile([...staying, ...infos])
  const there = index.get(REDIRECTS_KEY)
  if (file !== null) {
    objects.set(REDIRECTS_KEY, file)
    removed.delete(REDIRECTS_KEY)
  } else if (there !== null) removed.set(REDIRECTS_KEY, there)
}

function guardRemovals(index: Index, { complete = false, objects }: ReleaseChange, removed: readonly ManifestEntry[]): void {
  const count = index.count()
  const hint = 'If that is what you want, publish again and say so with --force.'
  if (complete && objects.length === 0)
    throw new DrowseError('release-refused', 'The build came out empty.', { hint, details: { removed: count, count } })
  const lost = removed.filter(({ encoding }) => encoding === undefined).length
  if (count < GUARDED_FROM || lost <= count * GUARDED_SHARE) return
  throw new DrowseError('release-refused', `This release would remove ${lost} of ${count} published objects.`, {
    hint,
    details: { removed: lost, count },
  })
}

function entryOf({ info, bytes }: GivenObject): Wanted {
  const { key, hash: hashOf, sizeBytes, contentType, cache, redirect } = info
  const entry: ManifestEntry = {
    key,
    hash: hashOf,
    sizeBytes,
    contentType,
    cache,
    ...(redirect === undefined ? {} : { redirect }),
    headers: headerHash(storeKey(key), info),
  }
  if (typeof bytes === 'function') return { entry, bytes: () => checked(info, bytes()) }
  checked(info, bytes)
  return { entry, bytes: () => bytes }
}

function checked(info: ObjectInfo, bytes: Uint8Array): Uint8Array {
  if (info.sizeBytes === bytes.byteLength && hash('sha256', bytes) === info.hash) return bytes
  throw new DrowseError('release-refused', `The bytes for “${info.key}” do not have the hash they were announced with.`, {
    details: { key: info.key },
  })
}

/** Null where the store has it already. */
function plannedPut(index: Index, { entry, bytes }: Wanted): PlannedPut | null {
  const was = index.get(entry.key)
  const why = whyPut(index, was, entry)
  return why === null ? null : { entry, bytes, was, why }
}

function whyPut(index: Index, was: ManifestEntry | null, entry: ManifestEntry): PlannedPut['why'] | null {
  if (was === null) return 'new'
  if (was.hash !== entry.hash) return 'bytes'
  if (was.headers !== entry.headers || was.cache !== entry.cache) return 'headers'
  return index.isCertain(entry.key) ? null : 'doubt'
}

/** `kept`: what is published is made of the same bytes. Null: there is to be none. */
function siblingOf(
  index: Index,
  { entry, bytes }: Wanted,
  isPut: boolean,
  encoding: Encoding,
  precompress: readonly Encoding[],
): Wanted | 'kept' | null {
  if (!precompress.includes(encoding) || !isCompressible(entry)) return null
  const key = siblingKey(entry.key, encoding)
  const there = index.get(key)
  if (!isPut && there?.source === entry.hash && index.isCertain(key)) return 'kept'
  const made = compress(entry, bytes(), encoding)
  return made === null ? null : { entry: made.entry, bytes: () => made.bytes }
}
