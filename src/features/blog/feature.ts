import type { Feature } from '../types.ts'
import type { CommentsOf } from './entry-routes.ts'
import { ENTRY_QUERIES, home, notePage, postPage } from './entry-routes.ts'
import { note, post } from './entry-types.ts'
import { atomFeed, jsonFeed } from './feeds.ts'
import { noteList, postList, tagIndex, tagPosts } from './list-routes.ts'
import { LIST_QUERIES } from './lists.ts'
import { postSave } from './post-save.ts'

/** Posts and notes with their lists, tags and feeds. */
export function blog({ commentsOf }: { readonly commentsOf: CommentsOf }): Feature {
  return {
    name: 'blog',
    entryTypes: [post, note],
    queries: [...LIST_QUERIES, ...ENTRY_QUERIES],
    routes: [home, postPage(commentsOf), notePage(commentsOf), postList, noteList, tagPosts, tagIndex, atomFeed, jsonFeed],
    writes: [postSave],
  }
}
