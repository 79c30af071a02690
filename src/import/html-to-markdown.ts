import type { Element, ElementContent, Nodes, Parents, Root, RootContent } from 'hast'
import { toHtml } from 'hast-util-to-html'
import { toString as textOf } from 'hast-util-to-string'
import rehypeParse from 'rehype-parse'
import rehypeRemark, { type Options } from 'rehype-remark'
import remarkGfm from 'remark-gfm'
import remarkStringify from 'remark-stringify'
import { unified } from 'unified'

/** What Markdown has no sign for stays HTML, which an author’s text may hold. */
const KEPT = [
  'iframe',
  'video',
  'audio',
  'object',
  'embed',
  'svg',
  'figure',
  'details',
  'dl',
  'form',
  'sup',
  'sub',
  'ins',
  'u',
  'mark',
  'kbd',
  'abbr',
  'small',
  'ruby',
  'script',
  'style',
]

type Handler = NonNullable<NonNullable<Options['handlers']>[string]>

/** An empty line would end the HTML, so the first of two line feeds is written as a reference to it; scripts and styles know none, and need none. */
function htmlOf(node: Nodes): string {
  const html = toHtml(node)
  return /^<(?:script|style)/.test(html) ? html : html.replace(/\n(?=[ \t]*\n)/g, '&#10;')
}

const keep: Handler = (_, node) => ({ type: 'html', value: htmlOf(node) })

const keepComment: NonNullable<NonNullable<Options['nodeHandlers']>[string]> = (_, node) => ({
  type: 'html',
  value: htmlOf(node),
})

const pipeline = unified()
  .use(rehypeParse, { fragment: true })
  .use(rehypeParagraphs)
  .use(rehypeRemark, { handlers: Object.fromEntries(KEPT.map((name) => [name, keep])), nodeHandlers: { comment: keepComment } })
  .use(remarkGfm)
  .use(remarkStringify, { bullet: '-', rule: '-', emphasis: '*', fences: true })
  .freeze()

/** The words of HTML alone: `Tea <b>&amp;</b> stones` → “Tea & stones”. */
export function htmlToText(html: string): string {
  return textOf(pipeline.parse(html)).replace(/\s+/gu, ' ').trim()
}

/** HTML as Markdown. An empty line begins a paragraph where the HTML has no tags for it, as WordPress has it. */
export function htmlToMarkdown(html: string): string {
  return String(pipeline.processSync(html)).trim()
}

const INLINE = new Set([
  'a',
  'abbr',
  'b',
  'br',
  'cite',
  'code',
  'del',
  'em',
  'i',
  'img',
  'ins',
  'kbd',
  'mark',
  'q',
  's',
  'small',
  'span',
  'strong',
  'sub',
  'sup',
  'u',
])
const HOLDS_BLOCKS = new Set(['blockquote', 'div', 'section', 'article'])

function rehypeParagraphs() {
  return (tree: Root): void => paragraphs(tree)
}

/** Puts the loose words among an element’s blocks into paragraphs, and a break at the end of each of their lines. */
function paragraphs(parent: Parents): void {
  const made: ElementContent[] = []
  let run: ElementContent[] = []
  const close = () => {
    if (run.some((node) => node.type !== 'text' || node.value.trim() !== '')) made.push(element('p', run))
    run = []
  }
  for (const child of parent.children) {
    if (child.type === 'text') {
      for (const [index, words] of child.value.split(/\n[ \t]*\n\s*/).entries()) {
        if (index > 0) close()
        if (words !== '') run.push(...lines(words, run.length > 0))
      }
    } else if (child.type === 'element' && INLINE.has(child.tagName)) run.push(child)
    else if (child.type === 'element' || child.type === 'comment') {
      close()
      if (isHolder(child)) paragraphs(child)
      made.push(child)
    }
  }
  close()
  parent.children = made satisfies RootContent[]
}

function isHolder(node: Nodes): node is Element {
  return node.type === 'element' && HOLDS_BLOCKS.has(node.tagName)
}

function lines(words: string, isInside: boolean): ElementContent[] {
  const text = isInside ? words : words.replace(/^\n+/, '')
  return text.split('\n').flatMap((line, index, all): ElementContent[] => {
    const isLast = index === all.length - 1
    const node = { type: 'text', value: line } as const
    return isLast || (index === all.length - 2 && all.at(-1)?.trim() === '') ? [node] : [node, element('br', [])]
  })
}

function element(tagName: string, children: ElementContent[]): Element {
  return { type: 'element', tagName, properties: {}, children }
}
