import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Root } from 'mdast'
import { mayHaveDirectives, takeDirectives } from '../../src/content/markdown/directives.ts'
import { renderPlain } from '../../src/content/markdown/plain/render-plain.ts'
import { renderByHast } from '../../src/content/markdown/render-markdown.ts'
import type { Parser } from '../../src/content/markdown/types.ts'
import type { Body, Directive } from '../../src/content/types.ts'
import { by, memoryCode } from './reading.ts'

/** The body by the short way, or null, and by the other, each with the keys of its code; as text, in which even the order of fields is the same. */
export function bothWays(markdown: string, parser: Parser): { readonly plain: string | null; readonly byHast: string } {
  const [one, other] = [parsed(markdown, parser), parsed(markdown, parser)]
  const [ownCode, otherCode] = [memoryCode(), memoryCode()]
  const how = by(parser, { highlight: true, search: true })
  const plain = one.shortcodes.length === 0 ? renderPlain(one.tree, { ...how, code: ownCode }) : null
  const byHast = renderByHast(other.tree, { ...how, code: otherCode, shortcodes: other.shortcodes, formulas: [] })
  return { plain: plain && inWords(plain, ownCode.code), byHast: inWords(byHast, otherCode.code) }
}

function inWords(body: Body, code: ReadonlyMap<string, string>): string {
  return JSON.stringify({ ...body, code: [...code.keys()] }, null, 1)
}

function parsed(markdown: string, parser: Parser): { readonly tree: Root; readonly shortcodes: readonly Directive[] } {
  const tree = parser.parse(markdown, { directives: mayHaveDirectives(markdown) })
  return { tree, shortcodes: takeDirectives(tree) }
}

/** The Markdown files of a folder, without their front matter. */
export function textsIn(folder: string): readonly string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'))
  return names.map((name) => readFileSync(join(folder, name), 'utf8').replace(/^---\n[\s\S]*?\n---\n/, ''))
}
