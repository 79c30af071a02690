import { describe, expect, it } from 'vitest'
import { type ArchiveEntry, cpioArchive } from '../../../src/machines/image/cpio.ts'

const ENTRIES: readonly ArchiveEntry[] = [
  { path: 'bin', type: 'folder' },
  { path: 'bin/sh', type: 'link', to: 'busybox' },
  { path: 'init', type: 'file', bytes: Buffer.from('#!/bin/sh\n'), mode: 0o755 },
]

/** Reads an archive as the kernel's documentation says: 110 bytes of head, the name and the content, both padded to four. */
function read(archive: Buffer): { name: string; mode: string; content: string; magic: string }[] {
  const records = []
  for (let at = 0; at < archive.byteLength; ) {
    const field = (index: number) => Number.parseInt(archive.toString('latin1', at + 6 + index * 8, at + 14 + index * 8), 16)
    const [mode, sizeBytes, nameBytes] = [field(1), field(6), field(11)]
    const contentAt = Math.ceil((at + 110 + nameBytes) / 4) * 4
    records.push({
      magic: archive.toString('latin1', at, at + 6),
      name: archive.toString('latin1', at + 110, at + 110 + nameBytes),
      mode: mode.toString(8),
      content: archive.toString('latin1', contentAt, contentAt + sizeBytes),
    })
    at = Math.ceil((contentAt + sizeBytes) / 4) * 4
  }
  return records
}

describe('an archive for an initramfs', () => {
  it('has each entry with its kind, its rights and its content, and then the trailer', () => {
    const magic = '070701'
    expect(read(Buffer.from(cpioArchive(ENTRIES)))).toEqual([
      { magic, name: 'bin\0', mode: '40755', content: '' },
      { magic, name: 'bin/sh\0', mode: '120777', content: 'busybox' },
      { magic, name: 'init\0', mode: '100755', content: '#!/bin/sh\n' },
      { magic, name: 'TRAILER!!!\0', mode: '0', content: '' },
    ])
  })

  it('has the same bytes for the same entries', () => {
    expect(cpioArchive(ENTRIES)).toEqual(cpioArchive(structuredClone(ENTRIES)))
  })
})
