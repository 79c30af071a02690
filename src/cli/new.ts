import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { readSiteFile } from '../build/scan-folder.ts'
import type { SiteConfig } from '../config/types.ts'
import { listSources } from '../content/list-sources.ts'
import { newEntry } from '../content/new-entry.ts'
import { slugOfPath } from '../content/slug.ts'
import { isMarkdown, pathInSource } from '../content/sources.ts'
import type { EntryType } from '../content/types.ts'
import { DrowseError } from '../errors/drowse-error.ts'
import { ENTRY_TYPES } from '../features/registry.ts'
import type { Terminal } from './terminal.ts'

/** `drowse new`: writes one file and prints its path. Throws `usage` for a title that gives no name, and for an entry that is there already. Exit code 0. */
export async function runNew(terminal: Terminal, kind: string, title: string, folder: string): Promise<number> {
  const siteDir = siteAround(resolve(folder))
  const { config } = await readSiteFile(siteDir)
  const type = ENTRY_TYPES.find((each) => each.kind === kind)
  if (type === undefined) throw new DrowseError('usage', `There is no kind of entry named ${kind}.`)
  const entry = newEntry(type, title, ENTRY_TYPES, new Date())
  if (entry === null) {
    throw new DrowseError('usage', `No name for a ${kind} can be made of the title “${title}”.`, {
      hint: 'Begin it with another title, and change `title` in the file.',
    })
  }
  const file = join(sourceFolder(siteDir, type, config), basename(entry.path))
  const there = (await holderOf(entry.path, siteDir, type, config)) ?? (existsSync(file) ? file : null)
  if (there !== null) throw alreadyThere(there)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, entry.text, { flag: 'wx' })
  const shown = relative(process.cwd(), file)
  terminal.line(shown)
  terminal.result({ file, address: entry.address })
  return 0
}

/** The nearest folder, from this one upwards, that holds a site.yaml; this one if none does. */
function siteAround(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, 'site.yaml'))) return at
    if (at === dirname(at)) return folder
  }
}

/** Where the files of a kind lie on disk. */
function sourceFolder(siteDir: string, type: EntryType, config: SiteConfig): string {
  const named = config.content[type.kind]
  if (named === undefined) return join(siteDir, isMarkdown(type.source) ? dirname(type.source) : type.source)
  if (!isMarkdown(named)) return resolve(siteDir, named)
  throw new DrowseError(
    'usage',
    `\`content.${type.kind}\` in site.yaml names one file, ${named}, so there is no folder for another.`,
  )
}

/** The file whose entry is published where the one at `path` would be. Front matter is not read: a build tells of what a `slug` there takes. */
async function holderOf(path: string, siteDir: string, type: EntryType, config: SiteConfig): Promise<string | null> {
  const slug = slugOfPath(pathInSource(path, type))
  const { entries } = await listSources(siteDir, ENTRY_TYPES, config)
  const same = entries.find((each) => each.type === type && slugOfPath(pathInSource(each.path, type)) === slug)
  return same?.file ?? null
}

function alreadyThere(file: string): DrowseError {
  return new DrowseError('usage', `${relative(process.cwd(), file)} is there already, and is left as it is.`, {
    hint: 'Take another title, or edit that file.',
  })
}
