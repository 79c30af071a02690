import { DrowseError } from '../errors/drowse-error.ts'

/** Fewer known files than this may all go at once. */
const FEW = 20
const TOLERATED_SHARE = 1 / 5

/** Throws `release-refused` where so many of a folder's known files are gone that the folder itself seems to be missing or half copied. */
export function refuseVanished(removed: readonly string[], known: number): void {
  if (known < FEW || removed.length <= known * TOLERATED_SHARE) return
  const [first = ''] = removed
  throw new DrowseError(
    'release-refused',
    `${removed.length} of the ${known} files that the site had are gone, ${first} among them; nothing was changed.`,
    { hint: 'Bring the folder back, or take them out of the site with --force.', details: { removed } },
  )
}
