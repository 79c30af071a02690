import { isDeepStrictEqual } from 'node:util'
import { toJson } from '../../config/json.ts'
import { readSiteConfig } from '../../config/read-site-config.ts'
import type { SiteConfig } from '../../config/types.ts'
import { dataName, readDataFile } from '../../content/data-file.ts'
import { decodeSource } from '../../content/source-text.ts'
import { mediaKey, typeOfPath } from '../../content/sources.ts'
import type { EntryType, ReadingRules, ReadingSettings, ReadResult, SourceReader } from '../../content/types.ts'
import { EntryChanges } from '../../model/change-entries.ts'
import type { Picture } from '../../model/picture.ts'
import { noteClosing } from '../../model/showing.ts'
import { dataFiles, entries, files, redirects, settings, sources } from '../../model/site-tables.ts'
import type { Change } from '../../model/types.ts'
import type { Json, Problem } from '../../protocol/types.ts'
import { contentTypeOf } from '../../render/content-type.ts'
import { strangeWords } from '../../render/words/strange-words.ts'
import { pluginsOf } from './extension-files.ts'

export const CONFIG_FILE = 'site.yaml'

/** A changed file of the site's folder. */
export interface FolderFile {
  readonly path: string
  /** SHA-256 of its bytes. */
  readonly hash: string
  /** Of a picture, what it came to where it was prepared; null where it was not, and left out where nobody looked, so that what is known stays. */
  readonly picture?: Picture | null | undefined
}

export interface FolderChange {
  readonly changed: readonly FolderFile[]
  readonly removed: readonly string[]
}

export interface FolderParts {
  readonly types: readonly EntryType[]
  readonly read: SourceReader
  bytesOf(file: FolderFile): Uint8Array
  /** Reads every known file again: the code that reads them may be another than last time. */
  readonly everything?: boolean
}

/** The model, to be brought up to date. */
interface Folder {
  readonly change: Change
  readonly entryChanges: EntryChanges
}

type Reading = ReadResult & { readonly file: FolderFile }

/**
 * Brings the model up to date with a folder's changed files, and returns what is wrong with them. A file with an error has no entry. Of two files that
 * would be one entry the first by path has it. The order of the files does not matter.
 */
export function readFolder(change: Change, { changed, removed }: FolderChange, parts: FolderParts): readonly Problem[] {
  const problems: Problem[] = []
  const entryChanges = new EntryChanges(change)
  const folder = { change, entryChanges }
  for (const path of removed) removeSource(folder, path)
  const before = readingSettings(change)
  const known = parts.everything === true ? [...changed, ...othersThan(changed, change)] : changed
  for (const file of known) if (file.path === CONFIG_FILE) problems.push(...readConfig(change, file, parts))
  for (const id of noteClosing(change)) entryChanges.showAgain(id)
  const files = isDeepStrictEqual(readingSettings(change), before) ? known : [...changed, ...othersThan(changed, change)]
  for (const file of files) if (typeOfPath(file.path, parts.types) === null) problems.push(...publishFile(change, file))
  for (const file of files) if (dataName(file.path) !== null) problems.push(...keepData(change, file, parts))
  const readings = files.flatMap((file) => readSource(change, file, parts))
  for (const { file, entry } of readings) releaseEntry(folder, file.path, entry?.id ?? null)
  for (const reading of readings.toSorted((a, b) => (a.file.path < b.file.path ? -1 : 1)))
    problems.push(...place(folder, reading))
  entryChanges.nameTerms()
  return problems
}

/** What of site.yaml decides how every file is read: with other settings all of them are read again. */
function readingSettings(change: Change): ReadingSettings {
  const setting = (name: string) => change.row(settings, name)?.value
  // Written by `readConfig` alone, from a checked site.yaml.
  const taxonomies = (setting('taxonomies') ?? ['tags']) as readonly string[]
  const permalinks = (setting('permalinks') ?? {}) as ReadingRules['permalinks']
  return {
    parser: setting('parser') === 'remark' ? 'remark' : 'satteri',
    highlight: setting('highlight') !== false,
    math: setting('math') === true,
    search: setting('search') !== false,
    rules: { taxonomies, permalinks, languages: Object.keys(setting('languages') ?? {}) },
    plugins: pluginsOf(change),
  }
}

/** The files that the model knows beside these. */
function othersThan(files: readonly FolderFile[], change: Change): readonly FolderFile[] {
  const named = new Set(files.map(({ path }) => path))
  return change.list(sources.indexes.all, '').flatMap(({ key }) => (named.has(key) ? [] : (change.row(sources, key) ?? [])))
}

/** The settings of site.yaml as rows. A file with errors changes nothing but is noted as faulty. */
function readConfig(change: Change, file: FolderFile, parts: FolderParts): readonly Problem[] {
  const text = decodeSource({ path: file.path, bytes: parts.bytesOf(file) })
  const read = typeof text === 'string' ? readSiteConfig(CONFIG_FILE, text) : { config: null, problems: [text] }
  const { config } = read
  const problems = [...read.problems, ...(config === null ? [] : strangeWords(config.words))]
  change.put(sources, { path: file.path, hash: file.hash, entry: null, problems })
  if (config === null) return problems
  for (const [name, value] of Object.entries(settingsOf(config))) change.put(settings, { name, value })
  keepRedirects(change, config.redirects)
  return problems
}

function keepRedirects(change: Change, now: SiteConfig['redirects']): void {
  const before = change.row(settings, 'redirects')?.value
  const paths = Array.isArray(before) ? before.map(String) : []
  for (const path of paths) if (!(path in now)) change.remove(redirects, JSON.stringify([path, null]))
  for (const [path, target] of Object.entries(now)) change.put(redirects, { path, entry: null, target })
  change.put(settings, { name: 'redirects', value: Object.keys(now) })
}

/** What of site.yaml a page may look at. Where the content lies is the reading side's business. */
function settingsOf({
  title,
  url,
  language,
  description,
  author,
  menu,
  comments,
  shop,
  mail,
  postsPerPage,
  postsPerTermPage,
  termFeeds,
  taxonomies,
  permalinks,
  languages,
  words,
  parser,
  highlight,
  math,
  toc,
  search,
  data,
}: SiteConfig): Readonly<Record<string, Json>> {
  const items = menu === null ? null : menu.map((item) => ({ title: item.title, path: item.path }))
  const { open, moderation, holdLinks, holdWords, perPage, feeds, editFor, closeAfter } = comments
  const about = { title, url, language, description, author, menu: items }
  const others = Object.fromEntries(Object.entries(languages).map(([tag, said]) => [tag, toJson(said)]))
  const lists = { postsPerPage, postsPerTermPage, termFeeds, taxonomies, permalinks }
  const reading = { parser, highlight, math, toc, search }
  return {
    ...about,
    ...lists,
    ...reading,
    languages: others,
    words,
    comments: { open, moderation, holdLinks, holdWords, perPage, feeds, editFor, closeAfter },
    shop: toJson(shop),
    mail: toJson(mail),
    data,
  }
}

function readSource(change: Change, file: FolderFile, parts: FolderParts): Reading[] {
  const type = typeOfPath(file.path, parts.types)
  if (type === null) return []
  const read = parts.read({ path: file.path, bytes: parts.bytesOf(file) }, type, readingSettings(change))
  return [{ file, ...read }]
}

function publishFile(change: Change, { path, hash, picture }: FolderFile): readonly Problem[] {
  const key = mediaKey(path)
  if (key === null) return []
  const rival = change.row(sources, rivalOf(path, key))
  const published = `/${key}`
  const loser = rival === null ? null : path < rival.path ? rival : { path, hash }
  const problems = loser === null ? [] : [duplicateOf(published, loser.path === path ? (rival?.path ?? '') : path, loser.path)]
  if (loser?.path !== path) {
    change.put(sources, { path, hash, entry: null, problems: [] })
    const known = change.row(files, published)
    const kept = known?.blob === hash ? known.picture : null
    change.put(files, {
      path: published,
      blob: hash,
      contentType: contentTypeOf(key),
      picture: picture === undefined ? kept : picture,
    })
  }
  if (loser) change.put(sources, { path: loser.path, hash: loser.hash, entry: null, problems })
  return problems
}

/** What a data file holds, for templates. Of two of one name the first by path is it. */
function keepData(change: Change, file: FolderFile, parts: FolderParts): readonly Problem[] {
  const { path, hash } = file
  const name = dataName(path) ?? ''
  const { value, problems } = readDataFile({ path, bytes: parts.bytesOf(file) })
  const there = change.row(dataFiles, name)
  const rival = there === null || there.source === path ? null : there.source
  if (rival !== null && rival < path) {
    const duplicate = sameData(name, rival, path)
    change.put(sources, { path, hash, entry: null, problems: [duplicate] })
    return [duplicate]
  }
  change.put(sources, { path, hash, entry: null, problems })
  if (problems.length > 0) {
    if (there?.source === path) change.remove(dataFiles, name)
    return problems
  }
  change.put(dataFiles, { name, source: path, value })
  if (rival === null) return problems
  const duplicate = sameData(name, path, rival)
  change.put(sources, { path: rival, hash: change.row(sources, rival)?.hash ?? '', entry: null, problems: [duplicate] })
  return [duplicate]
}

function sameData(name: string, winner: string, loser: string): Problem {
  return {
    where: loser,
    line: 1,
    rule: 'content/duplicate-path',
    message: `${loser} and ${winner} would both be the data “${name}”.`,
    hint: 'Rename one of the files.',
    severity: 'error',
  }
}

/** The one other file that would be published where this one is: `content/media/a.png` beside `media/a.png`. */
function rivalOf(path: string, key: string): string {
  return path === key ? `content/${key}` : key
}

/** Takes away the entry a source had, unless it keeps that very one. */
function releaseEntry({ change, entryChanges }: Folder, path: string, kept: string | null): void {
  const before = change.row(sources, path)?.entry ?? null
  if (before !== null && before !== kept) entryChanges.remove(before)
}

function place({ change, entryChanges }: Folder, reading: Reading): readonly Problem[] {
  const { file, problems } = reading
  const rival = reading.entry === null ? null : change.row(entries, reading.entry.id)
  if (reading.entry === null || rival === null || rival.source === file.path) {
    if (reading.entry) entryChanges.put(reading.entry, reading.vocabulary)
    change.put(sources, { path: file.path, hash: file.hash, entry: reading.entry?.id ?? null, problems })
    return problems
  }
  const { entry, vocabulary } = reading
  const [winner, loser] = rival.source < file.path ? [rival.source, file.path] : [file.path, rival.source]
  const duplicate = duplicateOf(entry.path, winner, loser)
  const loserHash = loser === file.path ? file.hash : (change.row(sources, loser)?.hash ?? '')
  change.put(sources, { path: loser, hash: loserHash, entry: null, problems: [duplicate] })
  if (winner === file.path) {
    entryChanges.put(entry, vocabulary)
    change.put(sources, { path: file.path, hash: file.hash, entry: entry.id, problems })
  }
  return [...problems, duplicate]
}

function removeSource(folder: Folder, path: string): void {
  const { change } = folder
  releaseEntry(folder, path, null)
  const key = mediaKey(path)
  const rival = key === null ? null : change.row(sources, rivalOf(path, key))
  if (key !== null && (rival === null || path < rival.path)) change.remove(files, `/${key}`)
  const name = dataName(path)
  if (name !== null && change.row(dataFiles, name)?.source === path) change.remove(dataFiles, name)
  change.remove(sources, path)
}

function duplicateOf(published: string, winner: string, loser: string): Problem {
  return {
    where: loser,
    line: 1,
    rule: 'content/duplicate-path',
    message: `${loser} and ${winner} would both be published at ${published}.`,
    hint: 'Rename one of the files, or give one of them another `slug`.',
    severity: 'error',
  }
}
