import { hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readSiteConfig } from '../config/read-site-config.ts'
import type { SiteConfig } from '../config/types.ts'
import { unreadable } from '../content/entry-problems.ts'
import { type ListedFile, listSources } from '../content/list-sources.ts'
import { decodeSource } from '../content/source-text.ts'
import type { EntryType } from '../content/types.ts'
import { DrowseError } from '../errors/drowse-error.ts'
import type { Picture } from '../model/picture.ts'
import type { Problem } from '../protocol/types.ts'
import { type FileHashes, NO_HASHES } from './file-hashes.ts'
import { picturesAmong, picturesDir, preparePictures, prunePictures } from './pictures.ts'

/** A site's folder as it is on disk now. */
export interface FolderScan {
  readonly config: SiteConfig
  /** By path in the site. */
  readonly files: ReadonlyMap<string, ScannedFile>
  readonly problems: readonly Problem[]
}

export interface ScannedFile {
  /** SHA-256 of its bytes. */
  readonly hash: string
  /** Where it is on disk. */
  readonly file: string
  /** Of a picture, what it came to; null where pictures are left as they are. */
  readonly picture?: Picture | null
}

export interface ScanOptions {
  readonly known?: FileHashes
  /** Its site.yaml, where that was read already. */
  readonly site?: SiteFile
  /** Told how many files have to be read, before they are. */
  readonly unread?: (count: number) => void
}

/** How many files are read at a time. */
const READS = 64

/**
 * Finds and hashes every file of a site, and prepares its pictures; a file whose hash is known is not read. Throws `site-missing` where there is no site.yaml,
 * `config-invalid` with all its problems where it can't be read.
 */
export async function scanFolder(
  siteDir: string,
  types: readonly EntryType[],
  { known = NO_HASHES, unread = () => {}, site }: ScanOptions = {},
): Promise<FolderScan> {
  const { config, problems, bytes, file: configFile } = site ?? (await readSiteFile(siteDir))
  const listing = await listSources(siteDir, types, config)
  const files = new Map<string, ScannedFile>([['site.yaml', { hash: hash('sha256', bytes), file: configFile }]])
  const listed = [...listing.entries, ...listing.media, ...listing.data]
  const unknown: ListedFile[] = []
  const faults: Problem[] = []
  for (const { path, file } of listed) {
    const hashOf = known.find(file)
    files.set(path, { hash: hashOf ?? '', file })
    if (hashOf === null) unknown.push({ path, file })
  }
  unread(unknown.length)
  for (let start = 0; start < unknown.length; start += READS) {
    await Promise.all(
      unknown.slice(start, start + READS).map(async ({ path, file }) => {
        const read = await readFile(file).catch((error: unknown) => unreadable(path, error))
        if (!(read instanceof Uint8Array)) {
          files.delete(path)
          faults.push(read)
          return
        }
        const hashOf = hash('sha256', read)
        files.set(path, { hash: hashOf, file })
        known.keep(file, hashOf)
      }),
    )
  }
  known.finish()
  const pictures = picturesAmong(files)
  const prepared = config.pictures ? await preparePictures(pictures, picturesDir(siteDir)) : null
  if (prepared !== null) prunePictures(picturesDir(siteDir), pictures, prepared)
  for (const { path, hash: hashOf, file } of pictures)
    files.set(path, { hash: hashOf, file, picture: prepared?.get(path) ?? null })
  return { config, files, problems: [...problems, ...listing.problems, ...faults] }
}

/** A site.yaml as it was read. */
export interface SiteFile {
  readonly config: SiteConfig
  readonly problems: readonly Problem[]
  readonly bytes: Uint8Array
  readonly file: string
}

/** A folder's site.yaml alone. Throws as `scanFolder` does. */
export async function readSiteFile(siteDir: string): Promise<SiteFile> {
  const file = join(siteDir, 'site.yaml')
  const bytes = await readConfigFile(file, siteDir)
  const text = decodeSource({ path: 'site.yaml', bytes })
  if (typeof text !== 'string') throw invalidConfig([text])
  const { config, problems } = readSiteConfig('site.yaml', text)
  if (config === null) throw invalidConfig(problems)
  return { config, problems, bytes, file }
}

async function readConfigFile(file: string, siteDir: string): Promise<Uint8Array> {
  try {
    return await readFile(file)
  } catch (cause) {
    throw new DrowseError('site-missing', `There is no site.yaml in ${siteDir}.`, {
      cause,
      hint: 'Name the folder of a site, or begin one with `drowse init`. A site.yaml needs but two lines: `title: My site` and `url: https://example.org`.',
    })
  }
}

function invalidConfig(problems: readonly Problem[]): DrowseError {
  const first = problems.find((problem) => problem.severity === 'error')
  return new DrowseError(
    'config-invalid',
    `site.yaml${first?.line === undefined ? '' : `:${first.line}`} can’t be used: ${first?.message ?? ''}`,
    {
      hint: first?.hint,
      details: { problems },
    },
  )
}
