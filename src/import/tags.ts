import type { Note, Translated } from './types.ts'

/** What a tag becomes: its new text, and what to say of it. Null: it stays as it is, for a person to see to. */
export type Replacement = { readonly text: string; readonly message: string } | null

/** A tag of a template, as a pattern found it. */
export interface Tag {
  readonly whole: string
  readonly groups: Readonly<Record<string, string | undefined>>
  /** What stands before it on its line. */
  readonly before: string
  /** What stands after it on its line. */
  readonly after: string
}

/** Replaces the tags that `pattern` (global) finds. What `replace` has no answer for stays, and is noted with its line. */
export function replaceTags(
  text: string,
  firstLine: number,
  pattern: RegExp,
  rule: string,
  replace: (tag: Tag) => Replacement,
): Translated {
  const notes: Note[] = []
  let markdown = ''
  let end = 0
  let line = firstLine
  for (const match of text.matchAll(pattern)) {
    const skipped = text.slice(end, match.index)
    line += newlines(skipped)
    const [whole] = match
    const before = text.slice(text.lastIndexOf('\n', match.index - 1) + 1, match.index)
    const next = text.indexOf('\n', match.index + whole.length)
    const after = text.slice(match.index + whole.length, next === -1 ? undefined : next)
    const replacement = replace({ whole, groups: match.groups ?? {}, before, after })
    const shown = short(whole)
    if (replacement === null) {
      const hint = 'Write it in Markdown or HTML; the text holds it as it was.'
      notes.push({ does: 'hand', line, rule, message: `\`${shown}\` has no equal here.`, hint })
    } else if (replacement.message !== '') {
      notes.push({ does: 'changed', line, rule, message: `\`${shown}\`: ${replacement.message}` })
    }
    markdown += skipped + (replacement?.text ?? whole)
    line += newlines(whole)
    end = match.index + whole.length
  }
  return { markdown: markdown + text.slice(end), notes }
}

/** A block of code as Markdown; null where it doesn’t stand on lines of its own. */
export function codeBlock(code: string, language: string, { before, after }: Tag): Replacement {
  if (before.trim() !== '' || after.trim() !== '') return null
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  const inner = code.replace(/^[ \t]*\n/, '').replace(/\s+$/, '')
  return { text: `${fence}${language}\n${inner}\n${before}${fence}`, message: 'a fenced block of code now.' }
}

function newlines(text: string): number {
  return text.split('\n').length - 1
}

function short(text: string): string {
  const line = text.split('\n', 1)[0] ?? ''
  return line.length > 60 ? `${line.slice(0, 60)}…` : line
}
