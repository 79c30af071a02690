import { dirname } from 'node:path'
import { asDrowseError, DrowseError } from '../errors/drowse-error.ts'
import { primaryCode } from '../errors/sqlite-code.ts'

// Primary result codes, https://www.sqlite.org/rescode.html
const BUSY = 5
const READONLY = 8
const CANTOPEN = 14
const NOTADB = 26
const CORRUPT = 11

/** What went wrong while opening the journal at `path`, in words its owner can act on. */
export function openingError(error: unknown, path: string): DrowseError {
  switch (primaryCode(error)) {
    case BUSY:
      return new DrowseError('data-in-use', `Another Drowse process is using the journal ${path}.`, {
        hint: 'Stop the other process, or give this one a data folder of its own with --data.',
        cause: error,
      })
    case READONLY:
    case CANTOPEN:
      return new DrowseError('folder-unwritable', `The journal ${path} can’t be opened for writing.`, {
        hint: `Make sure that ${dirname(path)} exists and that you may write to it.`,
        cause: error,
      })
    case NOTADB:
    case CORRUPT:
      return new DrowseError('internal', `The journal ${path} is damaged: ${messageOf(error)}.`, {
        hint: 'Keep a copy of it before anything else: it may hold accepted writes. Then restore it from a backup.',
        cause: error,
      })
    default:
      return writingError(error)
  }
}

/** SQLite's failures to make something durable (full disk, I/O error, quota) as `journal-full`; any other error as `asDrowseError` sees it. */
export function writingError(error: unknown): DrowseError {
  if (primaryCode(error) === null) return asDrowseError(error)
  return new DrowseError('journal-full', `The journal could not be written: ${messageOf(error)}.`, {
    hint: 'Nothing was accepted. Make room on the disk that holds the data folder, then send it again.',
    cause: error,
  })
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
