import { DrowseError } from '../errors/drowse-error.ts'

// Primary result codes, https://www.sqlite.org/rescode.html: busy, locked, out of memory, read-only, I/O error, corrupt, full, can't open, no database.
const SQLITE: readonly number[] = [5, 6, 7, 8, 10, 11, 13, 14, 26]
const SYSTEM: readonly string[] = ['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO', 'EROFS', 'EMFILE', 'ENFILE', 'ENOMEM']

/**
 * The error as `machine-failed` if it is the fault of the disk or the memory the guest works on, say a full one: no write is to blame for it, and the batch
 * may be tried again for as long as it takes. Any other error is returned as it is.
 */
export function machineFault(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof DrowseError) return error
  const isSqlites = 'errcode' in error && typeof error.errcode === 'number' && SQLITE.includes(error.errcode & 0xff)
  const isSystems = 'code' in error && typeof error.code === 'string' && SYSTEM.includes(error.code)
  if (!isSqlites && !isSystems) return error
  return new DrowseError('machine-failed', `The machine’s data could not be written: ${error.message}.`, {
    cause: error,
    hint: 'Make room on the disk that holds the data folder. Accepted writes are kept and applied then.',
  })
}
