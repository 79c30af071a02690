/**
 * The primary result code of SQLite's own error, https://www.sqlite.org/rescode.html; null for any other error. Extended codes hold it in the
 * low byte.
 */
export function primaryCode(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return null
  return error.errcode & 0xff
}
