import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { DrowseError } from '../errors/drowse-error.ts'
import { ownerTokens } from '../gateway/tokens.ts'
import { makeDataFolder } from './data-folder.ts'
import { dataDirOf, tokenFileOf } from './paths.ts'
import type { Terminal } from './terminal.ts'

/** `drowse token`: makes an owner's token. Only its hash is kept. Throws `site-missing` where neither a site nor a named data folder is. */
export async function runToken(terminal: Terminal, site: string, options: { data?: string }): Promise<number> {
  const siteDir = resolve(site)
  const dataDir = dataDirOf(siteDir, options.data)
  const isKnown = existsSync(join(siteDir, 'site.yaml')) || (options.data !== undefined && existsSync(dataDir))
  if (!isKnown) throw siteMissing(siteDir)
  makeDataFolder(dataDir)
  const token = ownerTokens(tokenFileOf(dataDir)).create(new Date().toISOString())
  terminal.line(token)
  if (process.stdout.isTTY)
    terminal.line(
      terminal.style('dim', 'Keep it: it is not shown again. Send it as `Authorization: Bearer …`, or set DROWSE_TOKEN.'),
    )
  terminal.result({ token })
  return 0
}

function siteMissing(siteDir: string): DrowseError {
  return new DrowseError('site-missing', `There is no site.yaml in ${siteDir}.`, {
    hint: 'Name the folder of a site, or with --data a data folder that is there.',
  })
}
