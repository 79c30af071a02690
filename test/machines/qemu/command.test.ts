import { describe, expect, it } from 'vitest'
import { type MachineShape, machineArguments } from '../../../src/machines/drivers/qemu/command.ts'

const file = { sizeBytes: 1, sha256: '' }
const files = { kernel: file, initramfs: file, 'root.ext4': file }
const image = { format: 1, id: 'one', engine: 'e', node: 'v26', kernel: '6.1', packages: [], files, folder: '/images/e' } as const
const SHAPE: MachineShape = { image, accelerator: 'tcg', memoryMb: 256 }

describe('a machine’s command line', () => {
  it('gives it no network', () => {
    const args = machineArguments(SHAPE, '/data/site', false)
    expect(args).toContain('-nodefaults')
    expect(args.filter((arg) => /^-(?:netdev|nic|net)$|virtio-net|vsock/.test(arg))).toEqual([])
  })

  it('gives it its image for reading only and its own disk', () => {
    const drives = machineArguments(SHAPE, '/data/site', false).filter((arg) => arg.startsWith('file='))
    expect(drives).toEqual([
      'file=/images/e/root.ext4,if=none,id=root,format=raw,readonly=on',
      'file=/data/site/data.ext4,if=none,id=data,format=raw,werror=report,rerror=report',
    ])
  })

  it('can’t be given another option by a comma in a folder’s name', () => {
    const args = machineArguments(SHAPE, '/data/a,readonly=on', false)
    expect(args.find((arg) => arg.includes('id=data'))).toMatch(/^file=\/data\/a,,readonly=on\/data\.ext4,/)
  })

  it('ends with the data folder, by which a machine that was left over is known', () => {
    expect(machineArguments(SHAPE, '/data/site', false).at(-1)).toBe('/data/site')
  })

  it('waits for a memory image only when it is to be restored', () => {
    expect(machineArguments(SHAPE, '/data/site', true)).toContain('-incoming')
    expect(machineArguments(SHAPE, '/data/site', false)).not.toContain('-incoming')
  })
})
