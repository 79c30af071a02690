import type { Root as HastRoot } from 'hast'
import type { Root as MdastRoot } from 'mdast'
import { unified } from 'unified'
import { VFile } from 'vfile'
import type { Json } from '../../protocol/types.ts'
import type { Body, BodyProblem } from '../types.ts'
import { rehypeAccessibleElements } from './accessible-elements.ts'
import { mayHaveDirectives, takeDirectives } from './directives.ts'
import { remarkFootnoteNames } from './footnote-names.ts'
import { rehypeFormulas, takeFormulas } from './formulas.ts'
import { rehypeHeadingIds } from './heading-ids.ts'
import { rehypeHeadingLevels } from './heading-levels.ts'
import { rehypeRawHtml } from './raw-html.ts'
import { writeBody } from './render-markdown.ts'
import { withoutMarks } from './slots.ts'
import type { TextPlugins } from './text-plugins.ts'
import { remarkToHast } from './to-hast.ts'
import type { BodyOptions } from './types.ts'

/** A text as a site's plugins see it. */
export interface PluggedText {
  readonly markdown: string
  /** The file's path in the site: `content/posts/hello.md`. */
  readonly path: string
  /** Its front matter, as plugins find it in `file.data.matter`. */
  readonly matter: { readonly [key: string]: Json }
}

const beforeRehype = unified()
  .use(remarkFootnoteNames)
  .use(remarkToHast, { allowDangerousHtml: true, clobberPrefix: '' })
  .use(rehypeRawHtml)
  .use(rehypeFormulas)
  // Plugins that link to headings look for their ids.
  .use(rehypeHeadingIds)
  .freeze()

const afterRehype = unified().use(rehypeAccessibleElements).use(rehypeHeadingLevels).use(rehypeHeadingIds).freeze()

/**
 * `renderMarkdown` with a site's plugins: those for remark see the tree as it was parsed, directives included, those for rehype the HTML with its headings' ids.
 * `done` is told the body or an error, before this returns where no plugin waits for something.
 */
export function renderPlugged(
  { markdown, path, matter }: PluggedText,
  { parser, highlight, math, search, code }: BodyOptions,
  plugins: TextPlugins,
  done: (error: unknown, body?: Body) => void,
): void {
  const clean = withoutMarks(markdown)
  const { text, formulas } = math ? takeFormulas(clean) : { text: clean, formulas: [] }
  const file = new VFile({ path, value: clean, data: { matter: structuredClone(matter), formulas } })
  const directives = mayHaveDirectives(text)
  const step = <Tree>(work: (tree: Tree) => void) => {
    return (error: Error | undefined, tree: Tree | undefined): void => {
      try {
        if (error) throw error
        if (tree !== undefined) work(tree)
      } catch (fault) {
        done(fault)
      }
    }
  }
  const finish = step<HastRoot>((tree) => {
    const shown = afterRehype.runSync(tree, file) as HastRoot
    const body = writeBody(shown, { shortcodes, formulas, highlight, search, code })
    done(null, { ...body, problems: [...saidBy(file), ...body.problems] })
  })
  let shortcodes: ReturnType<typeof takeDirectives> = []
  const between = step<MdastRoot>((tree) => {
    shortcodes = takeDirectives(tree)
    plugins.rehype(beforeRehype.runSync(tree, file), file, finish)
  })
  step<string>((source) => {
    plugins.remark(plugins.parse ? plugins.parse(source, { directives }) : parser.parse(source, { directives }), file, between)
  })(undefined, text)
}

/** What plugins have to say of a text, as `file.message` does it. */
function saidBy({ messages }: VFile): readonly BodyProblem[] {
  return messages.map(({ reason, line, source, ruleId, note }) => ({
    ...(typeof line === 'number' ? { line } : {}),
    rule: [source ?? 'plugin', ruleId ?? 'message'].join('/'),
    message: reason,
    ...(typeof note === 'string' ? { hint: note } : {}),
    severity: 'warning',
  }))
}
