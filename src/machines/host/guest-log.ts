import { closeSync, constants, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs'

const MAX_BYTES = 256 * 1024
const TAIL_BYTES = 8 * 1024

/** What a guest says on its standard error. */
export interface GuestLog {
  append(chunk: Uint8Array): void
  /** The last lines of this run, without blank ones; empty when it said nothing. */
  lastLines(count: number): string
  close(): void
}

/**
 * Appends to the file at `path`, which stays under 256 KiB: when it would grow beyond, it starts again from the last 8 KiB. A disk that
 * can't be written to costs the file but not the tail that error messages quote. A symbolic link is not followed, for the guest can write
 * to the folder.
 */
export function openGuestLog(path: string): GuestLog {
  let file = open(path)
  let sizeBytes = file === null ? 0 : fstatSync(file).size
  let tail = Buffer.alloc(0)

  function write(bytes: Uint8Array): void {
    if (file === null) return
    try {
      sizeBytes += writeSync(file, bytes)
    } catch {
      close()
    }
  }

  function close(): void {
    if (file !== null) closeSync(file)
    file = null
  }

  return {
    append(chunk) {
      tail = Buffer.concat([tail, chunk]).subarray(-TAIL_BYTES)
      if (sizeBytes + chunk.byteLength <= MAX_BYTES) return write(chunk)
      if (file !== null) ftruncateSync(file, 0)
      sizeBytes = 0
      write(tail)
    },
    lastLines(count) {
      const lines = tail.toString().split('\n')
      return lines
        .filter((line) => line.trim() !== '')
        .slice(-count)
        .join('\n')
    },
    close,
  }
}

function open(path: string): number | null {
  const { O_APPEND, O_CREAT, O_WRONLY, O_NOFOLLOW = 0 } = constants
  try {
    return openSync(path, O_APPEND | O_CREAT | O_WRONLY | O_NOFOLLOW, 0o600)
  } catch {
    return null
  }
}
