import * as v from 'valibot'
import { DrowseError } from '../../errors/drowse-error.ts'
import { entries, sources } from '../../model/site-tables.ts'
import { readFolder } from '../site/read-folder.ts'
import { keepRevision } from '../site/revisions.ts'
import type { WriteHandler } from '../types.ts'
import { postSaveSchema } from './post-save-payload.ts'

/** `post.save`: adds a post, or replaces the one that came from the same file. The older text is kept as a revision. */
export const postSave: WriteHandler = {
  kind: 'post.save',
  apply({ change, write, keep, parts }) {
    const { path, text } = v.parse(postSaveSchema, write.payload)
    const bytes = new TextEncoder().encode(text)
    const hash = keep(bytes)
    keepRevision(change, path, write)
    const problems = readFolder(change, { changed: [{ path, hash }], removed: [] }, { ...parts, bytesOf: () => bytes })
    if (problems.some((problem) => problem.severity === 'error')) {
      throw new DrowseError('content-invalid', 'The post has errors and was not saved.', {
        hint: 'Mend them and send it again.',
        details: { problems },
      })
    }
    const entry = change.row(entries, change.row(sources, path)?.entry ?? '')
    if (entry === null || entry.draft) return { result: { draft: true }, problems }
    if (!entry.shown) return { result: { scheduled: entry.date }, problems }
    return { page: entry.path, result: { title: entry.title }, problems }
  },
}
