import { realpathSync } from 'node:fs'
import { extname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { DrowseError } from '../../../errors/drowse-error.ts'

const LOCKDOWN = join(import.meta.dirname, `lockdown${extname(import.meta.filename)}`)

/** The program that runs inside the machine. */
export interface GuestProgram {
  /** Its main module. It is started with `args` and then, as the last argument, the data folder, which is also its working folder. */
  readonly entry: string
  readonly args?: readonly string[]
  /** Files and folders it may read beside its data: its sources, the packages it imports, the `package.json` above them. */
  readonly readable: readonly string[]
}

/** The arguments for `node`. Everything the guest may do stands here. */
export function nodeArguments(guest: GuestProgram, dataDir: string): string[] {
  const readable = [LOCKDOWN, guest.entry, ...guest.readable, dataDir]
  return [
    '--permission',
    // For the native parser; the guest drops this right once it is loaded.
    '--allow-addons',
    '--disable-warning=PERM0001',
    // Every thread has to stop before the guest has, and costs the wake something too: 3 of them instead of 7. Nor does a signal open a debugger then.
    '--v8-pool-size=1',
    '--disable-sigusr1',
    ...readable.flatMap(spellings).map((path) => `--allow-fs-read=${path}`),
    ...spellings(dataDir).map((path) => `--allow-fs-write=${path}`),
    `--import=${pathToFileURL(LOCKDOWN)}`,
    guest.entry,
    ...(guest.args ?? []),
    dataDir,
  ]
}

/** A path as it was given and as it is without symbolic links: Node checks the one it is asked for. */
function spellings(path: string): string[] {
  if (path.includes('*')) {
    throw new DrowseError(
      'config-invalid',
      `The folder ${path} has a * in its name, which would give the guest more than that folder.`,
      {
        hint: 'Choose a path without *.',
      },
    )
  }
  return [...new Set([path, realpathSync(path)])]
}
