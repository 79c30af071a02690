/** One file of an archive. `path` is relative, without a leading slash; its folders come before it. */
export type ArchiveEntry =
  | { readonly path: string; readonly type: 'folder' }
  | { readonly path: string; readonly type: 'link'; readonly to: string }
  | { readonly path: string; readonly type: 'file'; readonly bytes: Uint8Array; readonly mode: number }

const TYPE_BITS = { folder: 0o040755, link: 0o120777, file: 0o100000 }

/**
 * An archive as the kernel takes it for an initramfs: "newc", uncompressed, in the order given, owned by root, without times. The same entries give the same
 * bytes. https://docs.kernel.org/driver-api/early-userspace/buffer-format.html
 */
export function cpioArchive(entries: readonly ArchiveEntry[]): Uint8Array {
  const parts = entries.flatMap((entry, index) => record(index + 1, entry.path, modeOf(entry), contentOf(entry)))
  return Buffer.concat([...parts, ...record(0, 'TRAILER!!!', 0, Buffer.alloc(0))])
}

function modeOf(entry: ArchiveEntry): number {
  return TYPE_BITS[entry.type] | (entry.type === 'file' ? entry.mode : 0)
}

function contentOf(entry: ArchiveEntry): Uint8Array {
  if (entry.type === 'file') return entry.bytes
  return Buffer.from(entry.type === 'link' ? entry.to : '')
}

function record(inode: number, path: string, mode: number, content: Uint8Array): readonly Uint8Array[] {
  const name = Buffer.from(`${path}\0`)
  const links = 1
  // inode, mode, uid, gid, links, mtime, size, device and rdevice in two halves each, the name's length, a checksum that newc does not have
  const fields = [inode, mode, 0, 0, links, 0, content.byteLength, 0, 0, 0, 0, name.byteLength, 0]
  const head = Buffer.from(`070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`)
  return [head, name, padding(head.byteLength + name.byteLength), content, padding(content.byteLength)]
}

/** Each part begins at a multiple of four. */
function padding(sizeBytes: number): Uint8Array {
  return Buffer.alloc((4 - (sizeBytes % 4)) % 4)
}
