import { posix } from 'node:path'
import { stringify } from 'yaml'
import { toJson } from '../config/json.ts'
import type { Problem } from '../protocol/types.ts'
import { fieldsFor } from './new-fields.ts'
import { type PlacedText, placeTexts } from './place-texts.ts'
import type { AddressOf, ImportPlan, NewFile, Note, OldSite, OldText } from './types.ts'

/** What would be written to make an old site one of Drowse’s: files, and what there is to say of each. `pattern`: where its site.yaml publishes posts. Pure. */
export function planImport(old: OldSite, pattern: string | null): ImportPlan {
  const placed = placeTexts(old.texts, pattern)
  const addressOf = addressBook(placed)
  const written = placed.map((text) => newText(text, old, addressOf))
  const told = (does: Note['does']) =>
    written.flatMap(({ notes, text }) => notes.filter((note) => note.does === does).map((note) => problemOf(note, text)))
  const count = (wanted: (text: OldText) => boolean) => placed.filter(({ text }) => wanted(text)).length
  return {
    generator: old.generator,
    files: [...written.map(({ file }) => file), ...old.files],
    counts: {
      posts: count(({ kind }) => kind === 'post'),
      pages: count(({ kind }) => kind === 'page'),
      drafts: count(({ draft }) => draft),
      files: old.files.length,
      aliases: placed.filter(({ aliases }) => aliases.length > 0).length,
    },
    changed: told('changed'),
    problems: [...old.problems, ...told('hand')],
  }
}

/** The site.yaml of a site that has none yet. */
export function settingsOf(
  old: OldSite,
  pattern: string | null,
): { readonly text: string; readonly problems: readonly Problem[] } {
  const url = old.url !== null && /^https?:\/\//.test(old.url) ? old.url : null
  const settings = {
    title: old.title ?? 'My site',
    url: url ?? 'https://example.org',
    ...(languageOf(old.language) === null ? {} : { language: languageOf(old.language) }),
    ...(old.description === null ? {} : { description: old.description }),
    ...(old.author === null ? {} : { author: old.author }),
    ...(pattern === null ? {} : { permalinks: { post: pattern } }),
  }
  const guessed = [...(old.title === null ? ['title'] : []), ...(url === null ? ['url'] : [])]
  const problems = guessed.map((key): Problem => {
    const message = `The old site does not say what \`${key}\` is.`
    return { where: 'site.yaml', rule: 'import/settings', message, hint: 'Change it before you publish.', severity: 'warning' }
  })
  return { text: stringify(settings, { lineWidth: 0 }), problems }
}

function languageOf(tag: string | null): string | null {
  try {
    return Intl.getCanonicalLocales((tag ?? '').replace('_', '-'))[0] ?? null
  } catch {
    return null
  }
}

interface NewText {
  readonly text: OldText
  readonly file: NewFile
  readonly notes: readonly Note[]
}

function newText(placed: PlacedText, old: OldSite, addressOf: AddressOf): NewText {
  const { text, path } = placed
  const { fields, notes } = fieldsFor(placed)
  const { markdown, notes: more } = old.translate(text, addressOf)
  const front = Object.keys(fields).length === 0 ? '' : `---\n${stringify(toJson(fields), { lineWidth: 0 })}---\n\n`
  const content = `${front}${markdown.replace(/^\n+/, '').trimEnd()}\n`
  return { text, file: { path, source: text.source, read: () => new TextEncoder().encode(content) }, notes: [...notes, ...more] }
}

function problemOf({ line, rule, message, hint }: Note, { source }: OldText): Problem {
  return { where: source, line, rule, message, ...(hint === undefined ? {} : { hint }), severity: 'warning' }
}

/** Finds a text’s new address by what other texts call it: its path, with or without its ending, from the top or from beside them; its name, if no other has it. */
function addressBook(placed: readonly PlacedText[]): AddressOf {
  const byPath = new Map<string, string>()
  const byName = new Map<string, string | null>()
  for (const { text, address } of placed) {
    const stem = stemOf(text.source)
    byPath.set(stem, address)
    const name = stem.slice(stem.lastIndexOf('/') + 1)
    byName.set(name, byName.has(name) ? null : address)
  }
  return (name, from) => {
    const stem = stemOf(name.trim().replace(/^\//, ''))
    const beside = posix.join(posix.dirname(from.source), stem)
    return byPath.get(beside) ?? byPath.get(stem) ?? byPath.get(`content/${stem}`) ?? byName.get(stem) ?? null
  }
}

/** `content/posts/a.md` and `content/posts/a/index.md` are both `content/posts/a`. */
function stemOf(path: string): string {
  return path.replace(/\.(?:md|markdown)$/i, '').replace(/\/index$/, '')
}
