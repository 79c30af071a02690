import type { Element, Parents, Root } from 'hast'
import { toHtml } from 'hast-util-to-html'
import { gfmAutolinkLiteralFromMarkdown } from 'mdast-util-gfm-autolink-literal'
import { gfmStrikethroughFromMarkdown } from 'mdast-util-gfm-strikethrough'
import { gfmAutolinkLiteral } from 'micromark-extension-gfm-autolink-literal'
import { gfmStrikethrough } from 'micromark-extension-gfm-strikethrough'
import rehypeSanitize, { type Options as Schema } from 'rehype-sanitize'
import remarkBreaks from 'remark-breaks'
import remarkParse from 'remark-parse'
import remarkRehype from 'remark-rehype'
import { type Processor, unified } from 'unified'

/** What a visitor may not write is no syntax at all, and so is shown as it was typed. */
const DISABLED = ['htmlFlow', 'htmlText', 'headingAtx', 'setextUnderline', 'thematicBreak', 'labelStartImage']

/** Nothing but these comes out, whatever went in: the second line of defence behind a syntax without raw HTML. */
const ALLOWED: Schema = {
  tagNames: ['p', 'br', 'em', 'strong', 'del', 'code', 'pre', 'blockquote', 'ul', 'ol', 'li', 'a'],
  attributes: { a: ['href'] },
  protocols: { href: ['http', 'https', 'mailto'] },
  strip: ['script', 'style'],
}

const pipeline = unified()
  .use(remarkParse)
  .use(visitorSyntax)
  .use(remarkBreaks)
  .use(remarkRehype)
  .use(rehypeSanitize, ALLOWED)
  .use(rehypeVisitorLinks)
  .freeze()

/**
 * A visitor's Markdown as safe HTML: CommonMark with bare addresses as links, strikethrough and line breaks kept; without raw HTML,
 * images, headings, rules and tables, which are shown as text. The visitor is not trusted. Text nested too deeply comes out as one
 * plain paragraph. Never throws.
 */
export function renderVisitorMarkdown(text: string): string {
  if (nestsDeeply(text)) return plainParagraph(text)
  try {
    return toHtml(pipeline.runSync(pipeline.parse(text)))
  } catch (error) {
    if (error instanceof RangeError) return plainParagraph(text)
    throw error
  }
}

function visitorSyntax(this: Processor): void {
  const data = this.data()
  data.micromarkExtensions = [gfmAutolinkLiteral(), gfmStrikethrough(), { disable: { null: DISABLED } }]
  data.fromMarkdownExtensions = [gfmAutolinkLiteralFromMarkdown(), gfmStrikethroughFromMarkdown()]
}

/** Links lead to an absolute address or are plain words, and tell search engines who wrote them. */
function rehypeVisitorLinks() {
  return (tree: Root): void => checkLinks(tree)
}

function checkLinks(parent: Parents): void {
  for (const child of parent.children) if (child.type === 'element') checkLinks(child)
  parent.children = parent.children.flatMap((child) =>
    child.type === 'element' && child.tagName === 'a' ? checkedLink(child) : [child],
  )
}

function checkedLink(link: Element): Element['children'] {
  const { href } = link.properties
  if (typeof href !== 'string' || !/^(?:https?:\/\/|mailto:)/i.test(href)) return link.children
  return [{ ...link, properties: { href, rel: ['nofollow', 'ugc', 'noopener'] } }]
}

const DEEPEST = 30
const BLOCK_MARKERS = /^(?:[ \t]*(?:>|(?:[-+*]|\d{1,9}[.)])(?=[ \t])))+/
const BLOCK_MARKER = />|[-+*]|\d+/g

/** Each block that opens inside another costs the parser a pass over the line: thousands on one line would take it minutes. */
function nestsDeeply(text: string): boolean {
  return text.split('\n').some((line) => {
    const markers = BLOCK_MARKERS.exec(line)?.[0].match(BLOCK_MARKER) ?? []
    return markers.length > DEEPEST
  })
}

function plainParagraph(text: string): string {
  return toHtml({ type: 'element', tagName: 'p', properties: {}, children: [{ type: 'text', value: text }] })
}
