import { readdir, realpath, stat } from 'node:fs/promises'
import { basename, join, resolve, sep } from 'node:path'
import { nearMissHint } from '../config/schema-problems.ts'
import type { SiteConfig } from '../config/types.ts'
import type { Problem } from '../protocol/types.ts'
import { dataName } from './data-file.ts'
import { unreadable } from './entry-problems.ts'
import { isMarkdown, mediaKey, sourceOfPath, typeOfPath } from './sources.ts'
import type { EntryType } from './types.ts'

/** A file on disk and its place in the site. */
export interface ListedFile {
  /** Where it is on disk: absolute. Never stored and never sent, since machines differ in it. */
  readonly file: string
  /** `SourceFile.path`: where it would lie if site.yaml named no folder of its own. */
  readonly path: string
}

export interface ListedEntry extends ListedFile {
  readonly type: EntryType
}

export interface ListedMedia extends ListedFile {
  /** Its key in the store: `media/photo.jpg`, `posts/pic.png`. */
  readonly key: string
}

export interface Listing {
  readonly entries: readonly ListedEntry[]
  readonly media: readonly ListedMedia[]
  /** What templates may read: see `readDataFile`. */
  readonly data: readonly ListedFile[]
  readonly problems: readonly Problem[]
}

/** A folder or file on disk, and the path in the site that it stands for. */
interface Mount extends ListedFile {
  /** The kind whose source site.yaml names; null for the site's own folders. */
  readonly kind: string | null
}

/**
 * The files of a site: `content/`, `media/`, `data/` and what site.yaml's `content` names in place of a kind's folder, sorted by path. Left out are
 * names that begin with a dot, editors' backups (`post.md~`), and with a warning linked folders, and linked files whose target lies outside or is missing. A missing
 * folder of these is empty.
 */
export async function listSources(
  siteDir: string,
  types: readonly EntryType[],
  config: Pick<SiteConfig, 'content'>,
): Promise<Listing> {
  const mounts = mountsOf(resolve(siteDir), types, config)
  const walks = await Promise.all(mounts.map((mount) => walkMount(mount, mounts)))
  const hasMounts = mounts.some(({ kind }) => kind !== null)
  const files = walks.flatMap((walk, index) =>
    hasMounts && mounts[index]?.kind === null
      ? walk.files.filter((listed) => !isReplaced(listed.path, types, config))
      : walk.files,
  )
  const entries: ListedEntry[] = []
  const media: ListedMedia[] = []
  const data: ListedFile[] = []
  for (const { file, path } of files.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))) {
    const type = typeOfPath(path, types)
    if (type !== null) entries.push({ file, path, type })
    const key = mediaKey(path)
    if (key !== null) media.push({ file, path, key })
    if (dataName(path) !== null) data.push({ file, path })
  }
  return { entries, media, data, problems: [...unknownKinds(types, config), ...walks.flatMap((walk) => walk.problems)] }
}

function mountsOf(siteDir: string, types: readonly EntryType[], config: Pick<SiteConfig, 'content'>): Mount[] {
  const own = ['content', 'media', 'data'].map((path): Mount => ({ file: join(siteDir, path), path, kind: null }))
  const named = types.flatMap((type): Mount[] => {
    const source = config.content[type.kind]
    return source === undefined ? [] : [{ file: resolve(siteDir, source), path: type.source, kind: type.kind }]
  })
  return [...own, ...named]
}

/** A folder that site.yaml names hides the one it replaces. */
function isReplaced(path: string, types: readonly EntryType[], config: Pick<SiteConfig, 'content'>): boolean {
  const type = sourceOfPath(path, types)
  return type !== null && config.content[type.kind] !== undefined
}

interface Walk {
  readonly files: readonly ListedFile[]
  readonly problems: readonly Problem[]
}

async function walkMount(mount: Mount, mounts: readonly Mount[]): Promise<Walk> {
  const root = await stat(mount.file).catch(nullIfMissing)
  if (root === null) return { files: [], problems: mount.kind === null ? [] : [missingSource(mount.kind)] }
  if (root.isFile()) return { files: [{ file: mount.file, path: filePath(mount) }], problems: [] }
  if (isMarkdown(mount.path))
    return { files: [], problems: [mount].flatMap(({ kind }) => (kind === null ? [] : [folderForFile(kind)])) }
  const elsewhere = new Set(mounts.filter((other) => other !== mount).map(({ file }) => file))
  return await walkFolder(mount, await realpath(mount.file), elsewhere)
}

/** A single file that stands for a kind's folder lies in it; one that stands for a file takes its name. */
function filePath(mount: Mount): string {
  return isMarkdown(mount.path) ? mount.path : `${mount.path}/${basename(mount.file)}`
}

async function walkFolder(folder: ListedFile, root: string, elsewhere: ReadonlySet<string>): Promise<Walk> {
  const found = await readdir(folder.file, { withFileTypes: true }).catch((error: unknown) => unreadable(folder.path, error))
  if (!Array.isArray(found)) return { files: [], problems: [found] }
  const files: ListedFile[] = []
  const others: Promise<Walk>[] = []
  for (const entry of found) {
    // As `join` would say it; this is asked of every file.
    const listed = { file: `${folder.file}${sep}${entry.name}`, path: `${folder.path}/${entry.name}` }
    if (isHidden(entry.name) || elsewhere.has(listed.file)) continue
    if (entry.isFile()) files.push(listed)
    else if (entry.isDirectory()) others.push(walkFolder(listed, root, elsewhere))
    else if (entry.isSymbolicLink()) others.push(followLink(listed, root))
  }
  const below = await Promise.all(others)
  return { files: [files, ...below.map((walk) => walk.files)].flat(), problems: below.flatMap(({ problems }) => problems) }
}

function isHidden(name: string): boolean {
  return name.startsWith('.') || name.endsWith('~')
}

async function followLink(listed: ListedFile, root: string): Promise<Walk> {
  const target = await realpath(listed.file).catch(nullIfMissing)
  if (target === null) return leftOut(listed, 'leads nowhere')
  if (!(target + sep).startsWith(root + sep)) return leftOut(listed, 'leads out of its folder')
  return (await stat(target)).isFile() ? { files: [listed], problems: [] } : leftOut(listed, 'leads to a folder')
}

function leftOut({ path }: ListedFile, why: string): Walk {
  const hint = 'Put the file itself in its place, or give the link a name that begins with a dot.'
  const problem: Problem = {
    where: path,
    rule: 'content/link',
    message: `This link ${why}, so it is left out.`,
    hint,
    severity: 'warning',
  }
  return { files: [], problems: [problem] }
}

function nullIfMissing(error: unknown): null {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return null
  throw error
}

function unknownKinds(types: readonly EntryType[], config: Pick<SiteConfig, 'content'>): Problem[] {
  const kinds = types.map((type) => type.kind)
  const unknown = Object.keys(config.content).filter((kind) => !kinds.includes(kind))
  return unknown.map((kind) => {
    const hint = nearMissHint(kind, kinds) ?? `The kinds are ${kinds.join(', ')}.`
    return {
      where: 'site.yaml',
      rule: 'config/unknown-kind',
      message: `\`content.${kind}\` is no kind of entry.`,
      hint,
      severity: 'error',
    }
  })
}

function missingSource(kind: string): Problem {
  const message = `What \`content.${kind}\` names is not there.`
  const hint = 'Name a folder or a file, absolute or relative to the site’s folder.'
  return { where: 'site.yaml', rule: 'config/missing-source', message, hint, severity: 'error' }
}

function folderForFile(kind: string): Problem {
  const message = `\`content.${kind}\` names a folder, but this kind is one file.`
  return { where: 'site.yaml', rule: 'config/invalid-source', message, hint: 'Name a Markdown file.', severity: 'error' }
}
