import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defaultImagesFolder, findImage, listImages } from '../../../src/machines/image/images.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drowse-images-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function put(engine: string): void {
  const place = join(folder, engine)
  mkdirSync(place)
  const names = ['kernel', 'initramfs', 'root.ext4']
  for (const name of names) writeFileSync(join(place, name), name)
  const files = Object.fromEntries(names.map((name) => [name, { sizeBytes: name.length, sha256: 'f'.repeat(64) }]))
  const manifest = { format: 1, id: `id-${engine}`, engine, node: 'v26.10.0', kernel: '6.1', packages: [], files }
  writeFileSync(join(place, 'image.json'), JSON.stringify(manifest))
}

describe('the folder of images', () => {
  it('lists what is in it, and nothing where it is not there', async () => {
    put('b')
    put('a')
    mkdirSync(join(folder, 'packages'))
    expect((await listImages(folder)).map(({ id }) => id)).toEqual(['id-a', 'id-b'])
    expect(await listImages(join(folder, 'nowhere'))).toEqual([])
  })

  it('has an image by the engine it holds', async () => {
    put('a')
    expect(await findImage(folder, 'a')).toMatchObject({ engine: 'a', folder: join(folder, 'a') })
    expect(await findImage(folder, 'b')).toBe(null)
  })

  it('does not count one that is damaged', async () => {
    put('a')
    truncateSync(join(folder, 'a', 'root.ext4'), 3)
    put('b')
    writeFileSync(join(folder, 'b', 'image.json'), '{"format": 1')
    expect(await listImages(folder)).toEqual([])
  })

  it('is in the user’s cache', () => {
    expect(defaultImagesFolder({ XDG_CACHE_HOME: '/var/cache/me' })).toBe('/var/cache/me/drowse/images')
  })
})
