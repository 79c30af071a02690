import * as v from 'valibot'
import { renderVisitorMarkdown } from '../../content/markdown/visitor-markdown.ts'
import type { Entry } from '../../content/types.ts'
import { entries, redirects } from '../../model/site-tables.ts'
import type { Change } from '../../model/types.ts'
import type { WriteHandler } from '../types.ts'
import { importSchema, type OldComment } from './import-payload.ts'
import { placed } from './pages.ts'
import { comments, imported, nextNumber, putComment, tokenOf } from './tables.ts'

/** `comment.import`: the owner brings comments of another system along. Each is taken once, whatever becomes of it later; nobody is mailed. */
export const importComments: WriteHandler = {
  kind: 'comment.import',
  apply({ change, write }) {
    const { comments: old, dry } = v.parse(importSchema, write.payload)
    const pages = new Map<string, { readonly asked: string; readonly page: string | null; comments: number }>()
    let [added, there] = [0, 0]
    for (const each of old) {
      const entry = entryOf(change, each)
      const asked = each.pages[0] ?? ''
      const counted = pages.get(asked) ?? { asked, page: entry?.path ?? null, comments: 0 }
      counted.comments += 1
      pages.set(asked, counted)
      if (change.row(imported, each.source) !== null) there += 1
      else if (entry !== null) {
        added += 1
        if (!dry) add(change, each, entry, write)
      }
    }
    return { result: { added, there, pages: [...pages.values()].map((page) => ({ ...page })) } }
  },
}

function add(change: Change, old: OldComment, entry: Entry, write: { readonly id: string; readonly acceptedAt: string }): void {
  const { source, name: author, email, text, date, byOwner, state } = old
  const parent = parentOf(change, old, entry)
  const number = nextNumber(change)
  const isHeld = state === 'held'
  change.put(imported, { source, number })
  putComment(change, {
    number,
    entry: entry.id,
    page: isHeld ? null : placed(change, { entry: entry.id, parent }),
    parent,
    author,
    email,
    text,
    html: renderVisitorMarkdown(text),
    date,
    edited: null,
    byOwner,
    state,
    heldSince: isHeld ? write.acceptedAt : null,
    token: tokenOf(`${write.id} ${source}`),
  })
}

/** The number of what it answers, if that came along. */
function parentOf(change: Change, { parent }: OldComment, entry: Entry): number | null {
  const number = parent === null ? undefined : change.row(imported, parent)?.number
  const answered = number === undefined ? null : change.row(comments, String(number))
  return answered?.entry === entry.id ? answered.number : null
}

/** The post or note at one of these paths, or at one that leads to it. */
function entryOf(change: Change, { pages }: OldComment): Entry | null {
  for (const path of pages.flatMap(spellings)) {
    const [spot] = change.list(entries.indexes.byPath, path, { limit: 1 })
    const alias = spot === undefined ? aliasOf(change, path) : null
    const entry = change.row(entries, spot?.key ?? alias ?? '')
    if (entry !== null && (entry.kind === 'post' || entry.kind === 'note')) return entry
  }
  return null
}

function aliasOf(change: Change, path: string): string | null {
  const [spot] = change.list(redirects.indexes.byPath, path, { limit: 1 })
  return spot === undefined ? null : (change.row(redirects, spot.key)?.entry ?? null)
}

/** With and without a slash at the end, and as a file; as it came first. */
function spellings(path: string): readonly string[] {
  const bare = path.replace(/(?:\/|\/index\.html|\.html)$/, '')
  return [...new Set([path, `${bare}/`, `${bare}.html`, bare])]
}
