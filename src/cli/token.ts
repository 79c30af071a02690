import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { ownerTokens } from '../gateway/tokens.ts'
import { dataDirOf, tokenFileOf } from './paths.ts'
import type { Terminal } from './terminal.ts'

/** `drowse token`: makes an owner's token. Only its hash is kept. */
export async function runToken(terminal: Terminal, site: string, options: { data?: string }): Promise<number> {
  const dataDir = dataDirOf(resolve(site), options.data)
  mkdirSync(dataDir, { recursive: true })
  const token = ownerTokens(tokenFileOf(dataDir)).create(new Date().toISOString())
  terminal.line(token)
  if (process.stdout.isTTY)
    terminal.line(
      terminal.style('dim', 'Keep it: it is not shown again. Send it as `Authorization: Bearer …`, or set DROWSE_TOKEN.'),
    )
  terminal.result({ token })
  return 0
}
