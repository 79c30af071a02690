import { chmodSync, mkdirSync } from 'node:fs'
import { DrowseError } from '../errors/drowse-error.ts'

/** It holds what visitors gave to the site alone, such as their e-mail addresses. */
const OWNER_ONLY = 0o700

/** Makes a data folder if need be, for nobody but its owner; one that is there is closed to others. Throws `folder-unwritable`. */
export function makeDataFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: OWNER_ONLY })
    chmodSync(dataDir, OWNER_ONLY)
  } catch (cause) {
    throw new DrowseError('folder-unwritable', `The data folder ${dataDir} can’t be made.`, {
      cause,
      hint: 'Name another one with --data, or give yourself the right to write there.',
    })
  }
}
