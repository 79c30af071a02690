import type { ReleaseChange } from '../../../src/publish/types.ts'
import { object } from '../../publish/objects.ts'

/** Time stands still, so that records are the same each time. */
export const NOW = Date.parse('2026-01-01T00:00:00.000Z')

export const firstRelease: ReleaseChange = {
  outbox: 1,
  objects: [object('index.html', 'old home'), object('feed.xml', 'old feed'), object('gone/index.html', 'gone')],
  removed: [],
}

/** Has every kind of object, one that is private, one that stays as it was, and a removal. */
export const secondRelease: ReleaseChange = {
  outbox: 2,
  objects: [
    object('assets/site.1.css', 'css', 'immutable'),
    object('robots.txt', 'robots'),
    object('index.html', 'new home'),
    object('posts/a/index.html', 'a post'),
    object('private/queue/index.html', 'queue'),
    object('feed.xml', 'new feed'),
  ],
  removed: ['gone/index.html'],
}

/** claim, 6 objects, record; then claim, removal, and the claim’s own */
export const SECOND_RELEASE_STEPS = 11
