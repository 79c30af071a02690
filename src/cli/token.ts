import { resolve } from 'node:path'
import { openTokens } from '../gateway/tokens.ts'
import { dataDirOf } from './paths.ts'
import type { Terminal } from './terminal.ts'

/** `drowse token`: makes an owner's token. Only its hash is kept. */
export async function runToken(terminal: Terminal, site: string, options: { data?: string }): Promise<number> {
  const dataDir = dataDirOf(resolve(site), options.data)
  const token = await openTokens(dataDir).create()
  terminal.line(token)
  if (process.stdout.isTTY)
    terminal.line(
      terminal.style('dim', 'Keep it: it is not shown again. Send it as `Authorization: Bearer …`, or set DROWSE_TOKEN.'),
    )
  terminal.result({ token })
  return 0
}
