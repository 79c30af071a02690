import GithubSlugger from 'github-slugger'
import type { Element, Root } from 'hast'
import { toString as textOf } from 'hast-util-to-string'
import { visit } from 'unist-util-visit'

/** Ids that a theme gives to its own parts; a heading of that name gets a number behind it. */
const TAKEN_BY_THEMES = ['comments', 'comment', 'comment-form', 'content', 'main', 'top', 'search', 'reply']

/** A comment's own anchor. */
const COMMENT_ANCHOR = /^comment-\d+$/

/** Gives each heading without an id one made from its text, as GitHub does, unlike every other id of the document. */
export function rehypeHeadingIds() {
  return (tree: Root): void => {
    const slugger = new GithubSlugger()
    for (const id of [...TAKEN_BY_THEMES, ...idsIn(tree)]) slugger.occurrences[id] = 0
    visit(tree, 'element', (node) => {
      if (isHeading(node) && !node.properties.id) node.properties.id = headingId(node, slugger)
    })
  }
}

export function isHeading(node: Element): boolean {
  return /^h[1-6]$/.test(node.tagName)
}

function headingId(node: Element, slugger: GithubSlugger): string {
  const text = lineOf(node)
  const plain = slugger.slug(/[\p{L}\p{N}]/u.test(text) ? text : 'section')
  return COMMENT_ANCHOR.test(plain) ? slugger.slug(`section-${plain}`) : plain
}

/** An element's text on one line. */
export function lineOf(node: Element): string {
  return textOf(node).replace(/\s+/gu, ' ').trim()
}

function idsIn(tree: Root): string[] {
  const ids: string[] = []
  visit(tree, 'element', (node) => {
    if (typeof node.properties.id === 'string') ids.push(node.properties.id)
  })
  return ids
}
