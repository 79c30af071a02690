import { revisions, sources } from '../../model/site-tables.ts'
import type { Change } from '../../model/types.ts'
import type { Write } from '../../protocol/types.ts'

/** Notes the source that `write` is about to replace or remove; its bytes were kept when it came. */
export function keepRevision(change: Change, path: string, write: Write): void {
  const before = change.row(sources, path)
  if (before) change.put(revisions, { id: `${write.id} ${path}`, path, hash: before.hash, replacedAt: write.acceptedAt })
}
