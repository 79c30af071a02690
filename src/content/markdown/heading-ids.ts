import GithubSlugger from 'github-slugger'
import type { Element, Root } from 'hast'
import { toString as textOf } from 'hast-util-to-string'
import { eachElement } from './each-element.ts'

/** Ids that a theme gives to its own parts; a heading of that name gets a number behind it. */
const TAKEN_BY_THEMES = ['comments', 'comment', 'comment-form', 'content', 'main', 'top', 'search', 'reply']

/** A comment's own anchor. */
const COMMENT_ANCHOR = /^comment-\d+$/

/** Gives each heading without an id one made from its text, as GitHub does, unlike every other id of the document. */
export function rehypeHeadingIds() {
  return (tree: Root): void => {
    const slugger = new GithubSlugger()
    for (const id of TAKEN_BY_THEMES) slugger.occurrences[id] = 0
    const nameless: Element[] = []
    eachElement(tree, (node) => {
      if (typeof node.properties.id === 'string' && node.properties.id !== '') slugger.occurrences[node.properties.id] = 0
      else if (isHeading(node)) nameless.push(node)
      return undefined
    })
    for (const heading of nameless) heading.properties.id = headingId(heading, slugger)
  }
}

const HEADINGS = new Set(['h1', 'h2', 'h3', 'h4', 'h5', 'h6'])

export function isHeading(node: Element): boolean {
  return HEADINGS.has(node.tagName)
}

function headingId(node: Element, slugger: GithubSlugger): string {
  const text = lineOf(node)
  const words = /[\p{L}\p{N}]/u.test(text) ? text : 'section'
  const id = slugger.slug(words)
  return COMMENT_ANCHOR.test(id) ? slugger.slug(`section ${words}`) : id
}

/** An element's text on one line. */
export function lineOf(node: Element): string {
  return textOf(node).replace(/\s+/gu, ' ').trim()
}
