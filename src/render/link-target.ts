import { posix } from 'node:path'
import { isOfTheme } from '../content/markdown/heading-ids.ts'
import { decoded } from '../content/markdown/lost-fragments.ts'
import { isMarkdown, mediaKey } from '../content/sources.ts'
import type { Entry } from '../content/types.ts'
import { entries, sources } from '../model/site-tables.ts'
import { defineQuery } from '../model/table.ts'
import type { Query } from '../model/types.ts'
import type { LostPath, PageContext } from './types.ts'

/** Why an address of the site leads nowhere. */
interface Lost {
  readonly rule: 'links/missing-page' | 'links/missing-anchor' | 'links/not-shown'
  readonly message: string
  /** What it may be a slip for. */
  readonly lost?: readonly LostPath[]
}

export interface Target {
  /** What to write in place of the author's address; null where it leads nowhere. */
  readonly url: string | null
  /** Why it, or its fragment, leads nowhere. */
  readonly lost?: Lost
}

type Placed = { readonly id: string; readonly path: string; readonly shown: boolean }

/** The entry that a Markdown file became: a link to the file leads to its page. `faulty` for a file that errors keep from becoming one; null where none is. */
const entryFromSource = defineQuery<string, Placed | 'faulty' | null>('entry-from-source', (read, source) => {
  const file = read.row(sources, source)
  const entry = file === null || file.entry === null ? null : read.row(entries, file.entry)
  if (entry === null) return file === null ? null : 'faulty'
  return { id: entry.id, path: entry.path, shown: entry.shown }
})

const entryAtPath = defineQuery<string, string | null>('entry-at-path', (read, path) => {
  return read.list(entries.indexes.byPath, path, { limit: 1 })[0]?.key ?? null
})

/** Whether an entry's text has an element of this id. */
const hasAnchor = defineQuery<{ readonly entry: string; readonly id: string }, boolean>('has-anchor', (read, { entry, id }) => {
  return read.row(entries, entry)?.anchors.includes(id) === true
})

export const LINK_QUERIES = [entryFromSource, entryAtPath, hasAnchor] as unknown as readonly Query[]

/** An author's address, taken apart. */
interface Address {
  /** As it is meant: unescaped. */
  readonly path: string
  readonly query: string
  /** With its `#`, or ''. */
  readonly fragment: string
}

/**
 * Where an address in an entry's text leads. It may name a file as it lies in the folder, relative to the entry's own (`pic.png`, `../notes/a.md`), or from
 * the top of `content/` (`/posts/a.md`); or a page as readers see it (`/posts/a/`, or relative to the entry's page).
 */
export function findTarget(url: string, entry: Entry, context: PageContext): Target {
  const address = parse(url)
  if (isGatewaysOwn(address.path)) return { url }
  if (isMarkdown(address.path)) return toEntry(url, address, entry, context)
  const absolute = address.path.startsWith('/')
  const beside = absolute || address.path === '' ? null : mediaKey(posix.join(posix.dirname(entry.source), address.path))
  if (beside !== null && context.hasPage(`/${beside}`)) return { url: written(`/${beside}`, address) }
  const path = posix.join(entry.path, address.path)
  const page = absolute ? address.path : path
  // As it is written where a reader's browser finds it; but relative only as long as it is read on the page.
  if (context.hasPage(page)) return withFragment(absolute ? url : written(page, address), page, address.fragment, context)
  return { url: null, lost: missing(url, page, beside) }
}

function parse(url: string): Address {
  const [, path = '', query = '', fragment = ''] = /^([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(url) ?? []
  return { path: decoded(path), query, fragment }
}

function written(path: string, { query, fragment }: Address): string {
  return encodeURI(path).replace(/[?#]/g, encodeURIComponent) + query + fragment
}

/** Forms and the owner's pages: answered by the gateway, and no part of the site's files. */
function isGatewaysOwn(path: string): boolean {
  return path.startsWith('/-/')
}

function toEntry(url: string, address: Address, from: Entry, context: PageContext): Target {
  const { path } = address
  const source = path.startsWith('/') ? `content${path}` : posix.join(posix.dirname(from.source), path)
  const found = context.query(entryFromSource, source)
  if (found === null) {
    const message = `\`${url}\` leads nowhere: there is no entry \`${source}\`.`
    return { url: null, lost: { rule: 'links/missing-page', message, lost: [{ path: source, among: 'files' }] } }
  }
  if (found === 'faulty') {
    const message = `\`${url}\` leads nowhere: errors in \`${source}\` keep it from the site.`
    return { url: null, lost: { rule: 'links/missing-page', message } }
  }
  if (!found.shown) {
    const message = `\`${url}\` leads to an entry that is not shown yet: a draft, or one with a date to come.`
    return { url: null, lost: { rule: 'links/not-shown', message } }
  }
  return withAnchor(written(found.path, address), found.id, address.fragment, context)
}

function withFragment(url: string, path: string, fragment: string, context: PageContext): Target {
  if (fragment.length < 2) return { url }
  const entry = context.query(entryAtPath, path) ?? context.query(entryAtPath, `${path}/`)
  return entry === null ? { url } : withAnchor(url, entry, fragment, context)
}

function withAnchor(url: string, entry: string, fragment: string, context: PageContext): Target {
  const id = decoded(fragment.slice(1))
  if (id === '' || isOfTheme(id) || context.query(hasAnchor, { entry, id })) return { url }
  const message = `\`${fragment}\` leads nowhere: nothing on the page ${url.slice(0, -fragment.length)} has that id.`
  return { url, lost: { rule: 'links/missing-anchor', message } }
}

function missing(url: string, page: string, beside: string | null): Lost {
  const paths = beside === null ? [page] : [page, `/${beside}`]
  const message = `\`${url}\` leads nowhere: the site has neither a page nor a file there.`
  return { rule: 'links/missing-page', message, lost: paths.map((path) => ({ path, among: 'pages' })) }
}
