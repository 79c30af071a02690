import { toString as textOf } from 'mdast-util-to-string'
import { toJson } from '../config/json.ts'
import { readYaml, type YamlSource } from '../config/yaml-source.ts'
import type { Problem } from '../protocol/types.ts'
import { checkFields, type EntryFields } from './entry-fields.ts'
import { folderIndex, inToml, missingDate, missingTitle, tooDeep, tooLarge, unclosed, unnameable } from './entry-problems.ts'
import { splitFrontMatter, splitTitle, YAML_LINE } from './front-matter.ts'
import { parserNamed } from './markdown/parser-named.ts'
import { bodyHash, renderMarkdown } from './markdown/render-markdown.ts'
import type { BodyOptions, Parser } from './markdown/types.ts'
import { onOneLine } from './one-line.ts'
import { placeOf, splitLanguage } from './place.ts'
import type { PluggedTexts } from './plugged-texts.ts'
import { datePrefix, slugOfPath } from './slug.ts'
import { decodeSource } from './source-text.ts'
import { pathInSource } from './sources.ts'
import { parseTimestamp } from './timestamp.ts'
import type {
  Body,
  BodyCache,
  BodyProblem,
  Entry,
  EntryType,
  ReadingRules,
  ReadResult,
  SourceFile,
  SourceReader,
} from './types.ts'

export interface ReadOptions extends Omit<BodyOptions, 'code'> {
  /** Asked for the body before it is rendered, and given it afterwards. */
  readonly bodies: BodyCache
  /** Left out: tags alone, and each kind's own place. */
  readonly rules?: ReadingRules
  /** Where texts go through a site's own plugins: which, and who runs them. */
  readonly plugged?: { readonly plugins: string; readonly texts: PluggedTexts } | null
}

/** A shelf of novels. A page of it would take minutes to render, and nobody could read it. */
const MOST_BYTES = 8 * 2 ** 20

const DEFAULT_RULES: ReadingRules = { taxonomies: ['tags'], permalinks: {}, languages: [] }

/** Reads files whose bodies are kept in `bodies`. A text whose plugins have not been run gives nothing until `texts` has settled. */
export function sourceReader(bodies: BodyCache, texts: PluggedTexts | null = null): SourceReader {
  return (file, type, { parser, plugins, ...how }) => {
    const plugged = plugins === null || texts === null ? null : { plugins, texts }
    return readEntry(file, type, { ...how, parser: parserNamed(parser), bodies, plugged })
  }
}

/**
 * One file → its entry, with its body in `options.bodies`. `file.path` lies in `type.source`, where `listSources` puts it whatever site.yaml
 * says. All problems of the file are told at once; with an error among them there is no entry. Never throws on any content.
 */
export function readEntry(file: SourceFile, type: EntryType, options: ReadOptions): ReadResult {
  if (file.bytes.byteLength > MOST_BYTES)
    return { entry: null, problems: [tooLarge(file.path, file.bytes.byteLength, MOST_BYTES)] }
  const text = decodeSource(file)
  if (typeof text !== 'string') return { entry: null, problems: [text] }
  if (/^\+\+\+[ \t]*\n/.test(text)) return { entry: null, problems: [inToml(file.path)] }
  const split = splitFrontMatter(text)
  if (split.unclosed) return { entry: null, problems: [unclosed(file.path)] }
  const yaml = readYaml(split.yaml ?? '', { where: file.path, rules: 'front-matter', firstLine: YAML_LINE })
  if (yaml.source === null) return { entry: null, problems: yaml.problems }
  return entryFrom({ path: file.path, yaml: yaml.source, text, markdown: split.markdown, problems: yaml.problems }, type, options)
}

/** A file taken apart. */
interface Parted {
  readonly path: string
  readonly yaml: YamlSource
  readonly text: string
  /** The end of `text`. */
  readonly markdown: string
  readonly problems: readonly Problem[]
}

function entryFrom(file: Parted, type: EntryType, options: ReadOptions): ReadResult {
  const { path } = file
  if (isFolderIndex(path, type)) return { entry: null, problems: [...file.problems, folderIndex(path)] }
  const rules = options.rules ?? DEFAULT_RULES
  const fields = checkFields(file.yaml, type, path, rules.taxonomies)
  const { language, path: plain } = splitLanguage(path, rules.languages)
  const { title, markdown } = titleOf(fields, file.markdown, options.parser)
  const slug = fields.common.slug ?? slugOfPath(pathInSource(plain, type))
  const date = fields.common.date ?? dateFromName(plain)
  const math = typeof fields.data.math === 'boolean' ? fields.data.math : options.math
  const rendered = options.plugged
    ? renderPlugged(file, markdown, { ...options, math }, options.plugged)
    : { body: renderCached(markdown, { ...options, math }), problem: null }
  if (rendered === null) return { entry: null, problems: [] }
  const { body } = rendered
  const bodyLine = 1 + lineEnds(file.text.slice(0, file.text.length - markdown.length))
  const problems = [
    ...file.problems,
    ...fields.problems,
    ...(title === null && !fields.given.has('title') ? [missingTitle(path)] : []),
    ...(slug === null && !fields.given.has('slug') ? [unnameable(path)] : []),
    ...(type.dated && date === null && !fields.given.has('date') ? [missingDate(path)] : []),
    ...(rendered.problem ? [atFile(rendered.problem, path, bodyLine)] : []),
    ...(body === null && !rendered.problem ? [tooDeep(path)] : []),
    ...(body?.problems ?? []).map((problem) => atFile(problem, path, bodyLine)),
  ]
  const place = slug === null ? null : placeOf({ type, slug, date, title: title ?? '', language }, rules.permalinks)
  if (slug !== null && place === null && !problems.some(({ rule }) => rule === 'front-matter/missing-date'))
    problems.push(missingDate(path))
  const failed = problems.some((problem) => problem.severity === 'error')
  if (failed || title === null || slug === null || place === null || body === null)
    return { entry: null, problems: inOrder(problems) }
  const imageLine = typeof fields.data.image === 'string' ? lineOfImage(file.text) : null
  const parts = { path, type, fields, title, slug, language, place, date, body, bodyLine, imageLine }
  return { entry: makeEntry(parts), vocabulary: body.vocabulary, problems: inOrder(problems) }
}

interface Parts {
  readonly path: string
  readonly type: EntryType
  readonly fields: EntryFields
  readonly title: string
  readonly slug: string
  readonly language: string | null
  readonly place: string
  readonly date: string | null
  readonly body: Body & { readonly hash: string }
  readonly bodyLine: number
  readonly imageLine: number | null
}

function makeEntry({ path, type, fields, title, slug, language, place, date, body, bodyLine, imageLine }: Parts): Entry {
  const { common, terms, data } = fields
  return {
    id: language === null ? `${type.kind}/${slug}` : `${type.kind}/${slug}@${language}`,
    kind: type.kind,
    slug,
    language,
    path: place,
    aliases: common.aliases ?? [],
    source: path,
    title,
    date,
    updated: common.updated ?? null,
    description: common.description || body.excerpt,
    tags: common.tags ?? [],
    terms,
    draft: common.draft ?? false,
    shown: common.draft !== true,
    data,
    bodyHash: body.hash,
    bodyLine,
    ...(imageLine === null ? {} : { imageLine }),
    firstPicture: body.slots.find((slot) => slot.kind === 'image')?.url ?? null,
    anchors: body.ids,
  }
}

/** The front matter's title, else the heading that the text begins with, which then leaves the text. */
function titleOf(fields: EntryFields, markdown: string, parser: Parser): { title: string | null; markdown: string } {
  if (fields.given.has('title')) return { title: fields.common.title ?? null, markdown }
  const split = splitTitle(markdown)
  if (split === null) return { title: null, markdown }
  const title = onOneLine(textOf(parser.parse(split.heading)))
  return title === '' ? { title: null, markdown } : { title, markdown: split.rest }
}

function dateFromName(path: string): string | null {
  const prefix = datePrefix(path)
  return prefix === null ? null : parseTimestamp(prefix)
}

/** The same with a site's plugins; null where they have yet to be run. */
function renderPlugged(
  { path, yaml }: Parted,
  markdown: string,
  { parser, highlight, math, search, bodies }: ReadOptions,
  { plugins, texts }: NonNullable<ReadOptions['plugged']>,
): { readonly body: (Body & { readonly hash: string }) | null; readonly problem: BodyProblem | null } | null {
  const matter = Object.fromEntries(Object.entries(yaml.value).map(([key, value]) => [key, toJson(value)]))
  const found = texts.find(plugins, { markdown, path, matter }, { parser, highlight, math, search, code: bodies.code })
  if (found === null) return null
  return 'body' in found ? { body: found.body, problem: null } : { body: null, problem: found.problem }
}

/** Null where the Markdown nests deeper than the stack reaches. */
function renderCached(
  markdown: string,
  { bodies, parser, highlight, math, search }: ReadOptions,
): (Body & { readonly hash: string }) | null {
  const options: BodyOptions = { parser, highlight, math, search, code: bodies.code }
  const hash = bodyHash(markdown, options)
  const cached = bodies.get(hash)
  if (cached !== null) return { ...cached, hash }
  try {
    const body = renderMarkdown(markdown, options)
    bodies.set(hash, body)
    return { ...body, hash }
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

/** The page of a kind's own folder is a list, which a feature makes; only `content` itself has a page of its own, the site's first. */
function isFolderIndex(path: string, type: EntryType): boolean {
  return type.source !== 'content' && path !== type.source && /^index\.[^./]+$/i.test(pathInSource(path, type))
}

/** Looked for in the text, since to ask the YAML parser takes as long as all else. */
function lineOfImage(text: string): number {
  const at = text.search(/^["']?image["']?[ \t]*:/m)
  return at === -1 ? 1 : 1 + lineEnds(text.slice(0, at))
}

function lineEnds(text: string): number {
  let count = 0
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1
  return count
}

function atFile(problem: BodyProblem, where: string, bodyLine: number): Problem {
  return { where, ...problem, ...(problem.line === undefined ? {} : { line: bodyLine + problem.line - 1 }) }
}

function inOrder(problems: readonly Problem[]): Problem[] {
  return problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0))
}
