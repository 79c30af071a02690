import type { Place } from '../config/yaml-source.ts'
import type { Problem } from '../protocol/types.ts'

// What can be wrong with a file as a whole. Faults of single fields come from their schemas.

const TOP: Place = { line: 1, column: 1 }

export function folderIndex(where: string): Problem {
  const message = 'This file stands for the folder itself, whose page is the list that Drowse makes; it is left out.'
  const hint = 'Give it another name if it is an entry of its own.'
  return { where, ...TOP, rule: 'content/folder-index', message, hint, severity: 'warning' }
}

export function unclosed(where: string): Problem {
  const message = 'The front matter that begins here has no end.'
  const hint = 'Add a line `---` below it; for a ruled line at the head of a text write `***`.'
  return { where, ...TOP, rule: 'front-matter/unclosed', message, hint, severity: 'error' }
}

/** A file or a folder that the system doesn't let be read. */
export function unreadable(where: string, error: unknown): Problem {
  const why = error instanceof Error ? error.message : String(error)
  const hint = 'Give yourself the right to read it, or move it away.'
  return { where, rule: 'content/unreadable', message: `This can’t be read: ${why}.`, hint, severity: 'error' }
}

export function inToml(where: string): Problem {
  const message = 'The front matter that begins here is TOML; Drowse reads YAML.'
  const hint = 'Write it as `title: My title` between two lines `---`; `drowse import` does so for a whole folder.'
  return { where, ...TOP, rule: 'front-matter/toml', message, hint, severity: 'error' }
}

export function missingTitle(where: string): Problem {
  const hint = 'Add `title: My title` to the front matter, or begin the text with `# My title`.'
  return { where, ...TOP, rule: 'front-matter/missing-title', message: 'This file has no title.', hint, severity: 'error' }
}

export function missingDate(where: string): Problem {
  const hint = 'Add `date: 2024-05-01` to the front matter, or begin the file’s name with the date: `2024-05-01-my-title.md`.'
  return { where, ...TOP, rule: 'front-matter/missing-date', message: 'This file has no date.', hint, severity: 'error' }
}

export function unnameable(where: string): Problem {
  const message = 'No address can be made of this file’s name: a part of it has neither a letter nor a digit.'
  const hint = 'Rename it, or add `slug: my-title` to the front matter.'
  return { where, ...TOP, rule: 'content/invalid-name', message, hint, severity: 'error' }
}

export function tooLarge(where: string, bytes: number, most: number): Problem {
  const [size, limit] = [bytes, most].map((count) => `${Math.ceil(count / 2 ** 20)} MiB`)
  const message = `This text has ${size}; one page takes at most ${limit}.`
  return {
    where,
    ...TOP,
    rule: 'content/too-large',
    message,
    hint: 'Make several files of it, or offer it in media/ to download.',
    severity: 'error',
  }
}

export function tooDeep(where: string): Problem {
  const message = 'The Markdown is nested too deeply to be rendered.'
  return { where, ...TOP, rule: 'content/too-deep', message, hint: 'Quote or indent less deeply.', severity: 'error' }
}
