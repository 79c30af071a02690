import type { Table } from '../../model/types.ts'
import type { Feature } from '../types.ts'
import { COMMENT_TABLES } from './tables.ts'
import { COMMENT_QUERIES } from './thread.ts'
import { createComment, moderateComment } from './writes.ts'

export const commentsFeature: Feature = {
  name: 'comments',
  tables: COMMENT_TABLES as unknown as readonly Table<never>[],
  queries: COMMENT_QUERIES,
  writes: [createComment, moderateComment],
}
