import { DrowseError } from '../errors/drowse-error.ts'

// Primary result codes, https://www.sqlite.org/rescode.html: busy, locked, out of memory, read-only, I/O error, corrupt, full, can't open, no database.
const SQLITE: readonly number[] = [5, 6, 7, 8, 10, 11, 13, 14, 26]
const SYSTEM: readonly string[] = ['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO', 'EROFS', 'EMFILE', 'ENFILE', 'ENOMEM']

/**
 * The error as `machine-failed` if it, or what caused it, is the fault of the disk or the memory the guest works on, say a full one: no write and no theme is
 * to blame for it, and the batch may be tried again for as long as it takes. Any other error is returned as it is.
 */
export function machineFault(error: unknown): unknown {
  const cause = error instanceof DrowseError ? error.cause : error
  if (!(cause instanceof Error) || !(isSqlites(cause) || isSystems(cause))) return error
  return new DrowseError('machine-failed', `The machine’s data could not be written: ${cause.message}.`, {
    cause,
    hint: 'Make room on the disk that holds the data folder. Accepted writes are kept and applied then.',
  })
}

function isSqlites(error: Error): boolean {
  return 'errcode' in error && typeof error.errcode === 'number' && SQLITE.includes(error.errcode & 0xff)
}

function isSystems(error: Error): boolean {
  return 'code' in error && typeof error.code === 'string' && SYSTEM.includes(error.code)
}
