import type { Feature } from '../types.ts'
import type { CommentsOf } from './entry-routes.ts'
import { ENTRY_QUERIES, home, notePage, postPage } from './entry-routes.ts'
import { note, post } from './entry-types.ts'
import { siteFeeds, termFeeds } from './feed-routes.ts'
import { noteList, postList } from './list-routes.ts'
import { LIST_QUERIES } from './lists.ts'
import { termIndex, termPosts } from './term-routes.ts'
import { TERM_QUERIES } from './terms.ts'

/** Posts and notes with their lists, tags and feeds. */
export function blog({ commentsOf }: { readonly commentsOf: CommentsOf }): Feature {
  return {
    name: 'blog',
    entryTypes: [post, note],
    queries: [...LIST_QUERIES, ...ENTRY_QUERIES, ...TERM_QUERIES],
    routes: [home, postPage(commentsOf), notePage(commentsOf), postList, noteList, termPosts, termIndex, siteFeeds, termFeeds],
  }
}
