import GithubSlugger, { slug } from 'github-slugger'
import type { Element, Root } from 'hast'
import { toString as textOf } from 'hast-util-to-string'
import { onOneLine } from '../one-line.ts'
import { eachElement } from './each-element.ts'

/** Ids that a theme gives to its own parts; a heading of that name gets a number behind it. */
const TAKEN_BY_THEMES = ['comments', 'comment', 'comment-form', 'content', 'main', 'top', 'search', 'reply']

/** A comment's own anchor. */
const COMMENT_ANCHOR = /^comment-\d+$/

/** True for an id that a theme gives to a part of its own, so that a link to it need not lead into the text. */
export function isOfTheme(id: string): boolean {
  return TAKEN_BY_THEMES.includes(id) || COMMENT_ANCHOR.test(id)
}

/**
 * Gives each heading without an id one made from its text, as GitHub does, unlike every other id of the document. Where GitHub's would begin
 * with a digit or look like a comment's anchor, `section-` goes before it, and the document's own links to it follow.
 */
export function rehypeHeadingIds() {
  return (tree: Root): void => {
    const ids = new HeadingIds()
    const { headings, links } = namelessHeadings(tree, ids)
    for (const heading of headings) heading.properties.id = ids.idFor(lineOf(heading))
    for (const link of links) link.properties.href = ids.renamed.get(String(link.properties.href)) ?? link.properties.href
  }
}

/** The headings still to be named and the links within the document; every id that is there already is taken. */
function namelessHeadings(tree: Root, ids: HeadingIds): { headings: Element[]; links: Element[] } {
  const headings: Element[] = []
  const links: Element[] = []
  eachElement(tree, (node) => {
    const { id, href } = node.properties
    if (typeof id === 'string' && id !== '') ids.take(id)
    else if (isHeading(node)) headings.push(node)
    if (typeof href === 'string' && href.startsWith('#')) links.push(node)
    return undefined
  })
  return { headings, links }
}

/** The ids of one document's headings. */
export class HeadingIds {
  readonly #slugger = new GithubSlugger()
  /** Links to GitHub's id → links to ours, where they differ. */
  readonly renamed = new Map<string, string>()

  constructor() {
    for (const id of TAKEN_BY_THEMES) this.take(id)
  }

  /** Keeps an id from being given to a heading. */
  take(id: string): void {
    this.#slugger.occurrences[id] = 0
  }

  /** The id for the next heading, of these words. */
  idFor(words: string): string {
    const github = slug(words.replace(INVISIBLE, ''))
    const base = plainId(github)
    const id = this.#slugger.slug(base)
    if (base !== github && !this.renamed.has(`#${github}`)) this.renamed.set(`#${github}`, `#${id}`)
    return id
  }
}

/** What emoji carry along, unseen. */
const INVISIBLE = /\uFE0E|\uFE0F|\u200D/g

function plainId(id: string): string {
  const trimmed = id.replace(/^[-_]+/, '')
  if (trimmed === '') return 'section'
  return /^\p{L}/u.test(trimmed) && !COMMENT_ANCHOR.test(trimmed) ? trimmed : `section-${trimmed}`
}

const HEADINGS = new Set(['h1', 'h2', 'h3', 'h4', 'h5', 'h6'])

export function isHeading(node: Element): boolean {
  return HEADINGS.has(node.tagName)
}

/** An element's text on one line. */
export function lineOf(node: Element): string {
  return onOneLine(textOf(node))
}
