import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { DrowseError } from '../../../errors/drowse-error.ts'

/** The file by which the gateway's folder of a machine shows that its data is on a Xen host. */
export const NOTE_FILE = 'xen.json'

const schema = v.object({ domain: v.pipe(v.string(), v.regex(/^drowse-[a-z0-9]{12}$/)), host: v.string(), hasDisk: v.boolean() })

/** What the gateway keeps of a machine: which domain it is, on which host. Its data is there, under the same name. */
export type Note = v.InferOutput<typeof schema>

/** Null where a machine has never been. Throws `config-invalid` when its data is on another host: there it would seem to be empty. */
export async function readNote(dataDir: string, host: string): Promise<Note | null> {
  const text = await readFile(join(dataDir, NOTE_FILE), 'utf8').catch(() => null)
  if (text === null) return null
  const note = v.parse(schema, JSON.parse(text))
  if (note.host === host) return note
  throw new DrowseError(
    'config-invalid',
    `The data of the machine in ${dataDir} is on ${note.host}, and site.yaml names ${host}.`,
    {
      hint: `Set \`machine.host\` back, or carry the folder of ${note.domain} over and change ${NOTE_FILE}.`,
    },
  )
}

/** A name by chance: two gateways never mean the same domain. */
export function newNote(host: string): Note {
  return { domain: `drowse-${Array.from(randomBytes(12), (byte) => (byte % 36).toString(36)).join('')}`, host, hasDisk: false }
}

/** On the disk when it returns. */
export async function writeNote(dataDir: string, note: Note): Promise<void> {
  await mkdir(dataDir, { recursive: true })
  const file = await open(join(dataDir, `${NOTE_FILE}.new`), 'w')
  await file.writeFile(`${JSON.stringify(note)}\n`)
  await file.sync()
  await file.close()
  await rename(join(dataDir, `${NOTE_FILE}.new`), join(dataDir, NOTE_FILE))
}
