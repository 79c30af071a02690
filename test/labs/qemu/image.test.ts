import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildImage } from '../../../src/machines/image/build-image.ts'
import { listImages } from '../../../src/machines/image/images.ts'
import type { Image } from '../../../src/machines/image/types.ts'
import { counterImage, LAB, lendPackages } from './lab.ts'

describe('an image', () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'drowse-image-'))
  let first: Image

  beforeAll(async () => {
    first = await counterImage(LAB)
    lendPackages(elsewhere)
  })
  afterAll(() => rmSync(elsewhere, { recursive: true }))

  it('has the same bytes when it is built again, in another folder', async () => {
    const second = await counterImage(elsewhere)
    expect({ ...second, folder: '' }).toEqual({ ...first, folder: '' })
    expect(await listImages(elsewhere)).toEqual([second])
  })

  it('takes the place of an older one of the same engine, and leaves nothing else behind', async () => {
    const again = await counterImage(elsewhere)
    expect(await listImages(elsewhere)).toEqual([again])
  })

  it('is refused in words when a program it is built with is not here', async () => {
    const path = process.env.PATH
    process.env.PATH = elsewhere
    const guest = { entry: 'none.ts', engine: 'none', files: {}, env: {} }
    const built = buildImage({ folder: elsewhere, guest, node: process.execPath }).finally(() => {
      process.env.PATH = path ?? ''
    })
    await expect(built).rejects.toMatchObject({ code: 'program-missing', hint: expect.stringContaining('apt-get install') })
  })
})
