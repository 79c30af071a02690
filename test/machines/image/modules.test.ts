import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { moduleFiles } from '../../../src/machines/image/modules.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drowse-modules-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A module's file, as far as it is looked at: its `.modinfo` section. */
function put(path: string, depends: string): void {
  mkdirSync(join(folder, path, '..'), { recursive: true })
  writeFileSync(join(folder, path), `\x7fELF\0license=GPL\0depends=${depends}\0retpoline=Y\0`)
}

describe('the modules of an image', () => {
  it('come with those they depend on, which are loaded first and once', () => {
    put('kernel/drivers/virtio/virtio.ko', '')
    put('kernel/drivers/virtio/virtio_ring.ko', 'virtio')
    put('kernel/drivers/block/virtio_blk.ko', 'virtio_ring,virtio')
    put('kernel/drivers/char/virtio_console.ko', 'virtio_ring,virtio')
    put('kernel/drivers/net/unwanted.ko', '')
    const names = moduleFiles(folder, ['virtio_blk', 'virtio_console']).map((path) => basename(path))
    expect(names).toEqual(['virtio.ko', 'virtio_ring.ko', 'virtio_blk.ko', 'virtio_console.ko'])
  })

  it('are found whether they are spelt with - or _, and left out where the kernel has them built in', () => {
    put('kernel/drivers/block/xen-blkfront.ko', 'xenbus_probe')
    expect(moduleFiles(folder, ['xen_blkfront', 'ext4']).map((path) => basename(path))).toEqual(['xen-blkfront.ko'])
  })

  it('are refused when they are compressed', () => {
    put('kernel/drivers/block/virtio_blk.ko.xz', '')
    expect(() => moduleFiles(folder, ['virtio_blk'])).toThrow(expect.objectContaining({ code: 'image-failed' }))
  })
})
