import { hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readSiteConfig } from '../config/read-site-config.ts'
import type { SiteConfig } from '../config/types.ts'
import { listSources } from '../content/list-sources.ts'
import { decodeSource } from '../content/source-text.ts'
import type { EntryType } from '../content/types.ts'
import { DrowseError } from '../errors/drowse-error.ts'
import type { Problem } from '../protocol/types.ts'

/** A site's folder as it is on disk now. */
export interface FolderScan {
  readonly config: SiteConfig
  /** By path in the site: each file's SHA-256 and where it is on disk. */
  readonly files: ReadonlyMap<string, { readonly hash: string; readonly file: string }>
  readonly problems: readonly Problem[]
}

/** How many files are read at a time. */
const READS = 64

/**
 * Finds and hashes every file of a site. Throws `site-missing` where there is no site.yaml, `config-invalid` with all its problems where it can't be read.
 */
export async function scanFolder(siteDir: string, types: readonly EntryType[]): Promise<FolderScan> {
  const { config, problems, bytes, file: configFile } = await readSiteFile(siteDir)
  const listing = await listSources(siteDir, types, config)
  const files = new Map([['site.yaml', { hash: hash('sha256', bytes), file: configFile }]])
  const listed = [...listing.entries, ...listing.media]
  for (let start = 0; start < listed.length; start += READS) {
    const some = listed.slice(start, start + READS)
    const hashes = await Promise.all(some.map(async ({ file }) => hash('sha256', await readFile(file))))
    for (const [index, { path, file }] of some.entries()) files.set(path, { hash: hashes[index] ?? '', file })
  }
  return { config, files, problems: [...problems, ...listing.problems] }
}

/** A folder's site.yaml alone. Throws as `scanFolder` does. */
export async function readSiteFile(siteDir: string): Promise<{
  readonly config: SiteConfig
  readonly problems: readonly Problem[]
  readonly bytes: Uint8Array
  readonly file: string
}> {
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
