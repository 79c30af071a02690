import { copyFileSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { MachineShape } from '../../../src/machines/drivers/qemu/command.ts'
import { forgetMemory, hasMemory, keepMemory } from '../../../src/machines/drivers/qemu/memory-image.ts'

const file = { sizeBytes: 1, sha256: '' }
const files = { kernel: file, initramfs: file, 'root.ext4': file }
const image = { format: 1, id: 'one', engine: 'e', node: 'v26', kernel: '6.1', packages: [], files, folder: '/images/e' } as const
const SHAPE: MachineShape = { image, accelerator: 'tcg', memoryMb: 256 }

let dir: string
const disk = () => join(dir, 'data.ext4')
const memory = () => join(dir, 'memory.save')

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'drowse-memory-'))
  writeFileSync(disk(), 'data')
  writeFileSync(`${memory()}.new`, 'memory')
  await keepMemory(dir, SHAPE)
})
afterEach(() => rmSync(dir, { recursive: true }))

describe('a memory image that is kept', () => {
  it('fits the machine and the data disk it was taken of', async () => {
    expect(await hasMemory(dir, SHAPE)).toBe(true)
    expect(existsSync(`${memory()}.new`)).toBe(false)
  })

  it.each([
    ['another image', { ...SHAPE, image: { ...image, id: 'two' } }],
    ['another size of memory', { ...SHAPE, memoryMb: 512 }],
    ['another processor', { ...SHAPE, accelerator: 'kvm' as const }],
  ])('does not fit a machine of %s', async (_, shape) => {
    expect(await hasMemory(dir, shape)).toBe(false)
  })

  it('does not fit a data disk that was written to since', async () => {
    writeFileSync(disk(), 'dada')
    expect(await hasMemory(dir, SHAPE)).toBe(false)
  })

  it('does not fit a data disk that was put back from a copy, though its bytes are the same', async () => {
    copyFileSync(disk(), join(dir, 'backup'))
    renameSync(join(dir, 'backup'), disk())
    expect(await hasMemory(dir, SHAPE)).toBe(false)
  })

  it('does not count when it is cut off, gone, or its tag is damaged', async () => {
    truncateSync(memory(), 3)
    expect(await hasMemory(dir, SHAPE)).toBe(false)
    rmSync(memory())
    expect(await hasMemory(dir, SHAPE)).toBe(false)
    writeFileSync(join(dir, 'memory.json'), readFileSync(join(dir, 'memory.json'), 'utf8').slice(0, 20))
    expect(await hasMemory(dir, SHAPE)).toBe(false)
  })

  it('is gone once it is forgotten', async () => {
    await forgetMemory(dir)
    expect(await hasMemory(dir, SHAPE)).toBe(false)
    expect(existsSync(memory())).toBe(false)
  })
})
