import type { Table } from '../../model/types.ts'
import type { Feature } from '../types.ts'
import { entryCommentFeed, siteCommentFeed } from './comment-feeds.ts'
import { olderComments } from './comment-routes.ts'
import { heldFile } from './held-file.ts'
import { heldPage } from './held-page.ts'
import { mailPage } from './mail-page.ts'
import { COMMENT_PAGE_QUERIES } from './pages.ts'
import { passing } from './passing.ts'
import { RULE_QUERIES } from './rules.ts'
import { SUBSCRIBER_TABLES } from './subscribers.ts'
import { COMMENT_TABLES } from './tables.ts'
import { THREAD_QUERIES } from './thread.ts'

export const commentsFeature: Feature = {
  name: 'comments',
  tables: [...COMMENT_TABLES, ...SUBSCRIBER_TABLES] as unknown as readonly Table<never>[],
  queries: [...RULE_QUERIES, ...COMMENT_PAGE_QUERIES, ...THREAD_QUERIES],
  routes: [olderComments, entryCommentFeed, siteCommentFeed, heldPage, heldFile, mailPage],
  timed: passing,
}
