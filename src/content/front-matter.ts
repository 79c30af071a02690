/** A file's text, split. `yaml` is null where the file has no front matter. */
export interface SplitText {
  readonly yaml: string | null
  readonly markdown: string
  /** True where the front matter's first `---` has no second one. */
  readonly unclosed: boolean
}

/** The line of the file on which the YAML begins. */
export const YAML_LINE = 2

const OPENING = /^---[ \t]*\n/
const CLOSING = /^---[ \t]*(?:\n|$)/gm

/** Splits a text with `\n` line ends at its `---` lines. */
export function splitFrontMatter(text: string): SplitText {
  const opening = OPENING.exec(text)
  if (opening === null) return { yaml: null, markdown: text, unclosed: false }
  CLOSING.lastIndex = opening[0].length
  const closing = CLOSING.exec(text)
  if (closing === null) return { yaml: null, markdown: text, unclosed: true }
  return {
    yaml: text.slice(opening[0].length, closing.index),
    markdown: text.slice(closing.index + closing[0].length),
    unclosed: false,
  }
}

const ATX_TITLE = /^(?:[ \t]*\n)* {0,3}#[ \t]+(\S.*)(?:\n|$)/
const SETEXT_TITLE = /^(?:[ \t]*\n)* {0,3}([^\s>#*+\-=`~|<].*)\n {0,3}=+[ \t]*(?:\n|$)/

/** The heading a Markdown text begins with (`# Title`, or underlined by `===`), as Markdown, and what follows it. Null without one. */
export function splitTitle(markdown: string): { readonly heading: string; readonly rest: string } | null {
  const match = ATX_TITLE.exec(markdown) ?? SETEXT_TITLE.exec(markdown)
  const heading = match?.[1]?.replace(/(?:^|[ \t]+)#+[ \t]*$/, '').trim()
  return match === null || heading === undefined || heading === '' ? null : { heading, rest: markdown.slice(match[0].length) }
}
