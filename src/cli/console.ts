import { existsSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DrowseError } from '../errors/drowse-error.ts'
import { dataDirOf, SITE } from './paths.ts'
import type { Terminal } from './terminal.ts'

const LOOK_EVERY_MS = 200
/** Of what was said before. */
const TAIL_BYTES = 16_384

/** `drowse console`: what a machine on this computer has said, and with `follow` what it goes on to say. Throws `site-missing` where there is none. */
export async function runConsole(
  terminal: Terminal,
  site: string,
  { data, follow = false }: { data?: string; follow?: true | false },
): Promise<number> {
  const path = join(dataDirOf(resolve(site), data), 'machines', SITE, 'guest.log')
  if (!existsSync(path)) {
    throw new DrowseError('site-missing', `No machine on this computer has said anything: there is no ${path}.`, {
      hint: 'Name the site’s folder, or its data folder with --data. A domain of Xen is listened to on its host, by `xl console`.',
    })
  }
  let at = -1
  do {
    const file = await open(path)
    const { size } = await file.stat()
    // A log that was begun anew is shorter.
    if (at < 0 || size < at) at = Math.max(0, size - TAIL_BYTES)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - at), 0, size - at, at)
    await file.close()
    at += bytesRead
    if (bytesRead > 0 && !terminal.json) process.stdout.write(buffer.subarray(0, bytesRead))
    terminal.result({ text: buffer.toString('utf8', 0, bytesRead) })
    if (follow) await sleep(LOOK_EVERY_MS)
  } while (follow)
  return 0
}
