import { datePrefix, isSlug, slugify, slugOfPath } from '../content/slug.ts'
import { fillPattern } from './post-pattern.ts'
import type { Note, OldText } from './types.ts'

/** Where Drowse has pages of its own making. */
const OWN = [
  '/posts/',
  '/notes/',
  '/products/',
  '/profile/',
  '/tags/',
  '/categories/',
  '/archive/',
  '/404.html',
  '/feed.xml',
  '/sitemap.xml',
]

/** A text with its place in the new site. */
export interface PlacedText {
  readonly text: OldText
  /** `content/posts/hello.md`. */
  readonly path: string
  readonly slug: string
  /** Where it will be published. */
  readonly address: string
  /** Where it was published before, if that is elsewhere. */
  readonly aliases: readonly string[]
  readonly notes: readonly Note[]
}

/**
 * Gives each text a file and an address of its own: the old address where Drowse can publish there, else one beside which the old one is an alias. `pattern` is
 * the posts’ own, of site.yaml. Pure.
 */
export function placeTexts(texts: readonly OldText[], pattern: string | null): readonly PlacedText[] {
  const paths = new Set<string>()
  const addresses = new Set(OWN)
  const slugs = new Set<string>()
  const placed = texts.map((text) => {
    const folder = text.kind === 'post' ? 'content/posts' : 'content'
    const path = unused(paths, `${folder}/${text.path}`, (base, n) => base.replace(/(\.[^./]+)$/, `-${n}$1`))
    paths.add(path.toLowerCase())
    const isFree = (slug: string) => !slugs.has(`${text.kind}/${slug}`) && !addresses.has(addressFor(text, slug, pattern))
    const slug = slugFor(text, pattern, isFree)
    const address = addressFor(text, slug, pattern)
    slugs.add(`${text.kind}/${slug}`)
    addresses.add(address)
    const old = text.address === null ? [] : [text.address]
    return { text, path, slug, address, aliases: [...new Set([...old, ...text.aliases])].filter((alias) => alias !== address) }
  })
  return placed.map((each) => {
    const [taken, aliases] = [true, false].map((isTaken) => each.aliases.filter((alias) => addresses.has(alias) === isTaken))
    return { ...each, aliases: aliases ?? [], notes: (taken ?? []).map((alias) => moved(alias, each.address)) }
  })
}

function moved(from: string, to: string): Note {
  const message = `It was at ${from}, where another page is now; it is at ${to}, and nothing leads there from the old address.`
  return { does: 'hand', line: 1, rule: 'import/address', message }
}

function addressFor({ kind, date }: OldText, slug: string, pattern: string | null): string {
  if (kind === 'post') return fillPattern(pattern, slug, date)
  return slug === '' ? '/' : `/${slug}/`
}

/** The slug that keeps the old address, else what the text wants, else its file’s name with the date, else one with a number. */
function slugFor(text: OldText, pattern: string | null, isFree: (slug: string) => boolean): string {
  if (text.kind === 'page' && text.address === '/' && isFree('')) return ''
  const kept = keptSlugs(text).find((slug) => isSlug(slug) && addressFor(text, slug, pattern) === text.address)
  if (kept !== undefined && isFree(kept)) return kept
  const named = slugOfPath(text.path) || slugify(text.title ?? '') || 'untitled'
  const wanted = text.slug === null ? withoutDate(named, text.path) : slugify(text.slug)
  const candidates = [wanted, named].filter(isSlug)
  return candidates.find(isFree) ?? numbered(candidates[0] ?? 'untitled', isFree)
}

/** What of the old address may be the slug: its last part, or for pages and posts below `/posts/` all of it. */
function keptSlugs({ address }: OldText): readonly string[] {
  const path = (address ?? '').replace(/^\//, '').replace(/(?:\/|\.html)$/, '')
  return [path.slice(path.lastIndexOf('/') + 1), path.replace(/^posts\//, ''), path]
}

function withoutDate(slug: string, path: string): string {
  const date = datePrefix(path)
  const plain = date === null ? slug : slug.replace(`${date}-`, '')
  return isSlug(plain) ? plain : slug
}

function numbered(slug: string, isFree: (slug: string) => boolean): string {
  for (let n = 2; ; n++) if (isFree(`${slug.slice(0, 76)}-${n}`)) return `${slug.slice(0, 76)}-${n}`
}

function unused(taken: ReadonlySet<string>, path: string, other: (path: string, n: number) => string): string {
  if (!taken.has(path.toLowerCase())) return path
  for (let n = 2; ; n++) if (!taken.has(other(path, n).toLowerCase())) return other(path, n)
}
