import type { PublisherOptions } from '../../src/publish/publisher-parts.ts'
import { redirectObject } from '../../src/publish/redirects.ts'
import type { ReleaseChange } from '../../src/publish/types.ts'
import { object } from './objects.ts'

const long = (content: string) => `<p>${content} ${'and so on and on '.repeat(200)}</p>`

export const NOW = Date.parse('2026-01-01T00:00:00.000Z')

/** Compressed siblings are part of it, and time stands still, so that records are the same each time. */
export const OPTIONS: Partial<PublisherOptions> = { now: () => NOW, precompress: ['br', 'gzip'] }

export const FIRST: ReleaseChange = {
  outbox: 1,
  objects: [
    object('assets/site.1.css', 'one', 'immutable'),
    object('index.html', long('old home')),
    object('same.html', long('the same')),
    object('feed.xml', 'old feed'),
    object('gone/index.html', long('gone')),
  ],
  removed: [],
}

/** Has every kind of object, one that is private, one that redirects, one that stays as it was, and removals at once and after a while. */
export const SECOND: ReleaseChange = {
  outbox: 2,
  objects: [
    object('assets/site.2.css', 'two', 'immutable'),
    object('robots.txt', 'robots'),
    object('index.html', long('new home')),
    object('same.html', long('the same')),
    object('posts/a/index.html', long('a post')),
    redirectObject('old/index.html', '/posts/a/'),
    object('private/queue/index.html', 'queue'),
    object('feed.xml', 'new feed'),
  ],
  removed: ['gone/index.html', 'assets/site.1.css'],
}
