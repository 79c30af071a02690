import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkKind, machinesFor, processMachines } from '../../src/cli/machine.ts'

let root: string
const cache = process.env.XDG_CACHE_HOME

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'drowse-machine-'))
  process.env.XDG_CACHE_HOME = root
})
afterEach(() => {
  if (cache === undefined) delete process.env.XDG_CACHE_HOME
  else process.env.XDG_CACHE_HOME = cache
  rmSync(root, { recursive: true })
})

describe('the machine that site.yaml asks for', () => {
  it('is a process unless it says otherwise', async () => {
    expect(await machinesFor({ driver: 'process', memoryMb: 512, host: null })).toMatchObject({ dataFile: 'site.db' })
  })

  it.each(['qemu', 'xen'] as const)('needs an image of this version when it is a virtual one of %s', async (driver) => {
    const asked = machinesFor({ driver, memoryMb: 512, host: null })
    await expect(asked).rejects.toMatchObject({ code: 'image-missing', hint: expect.stringContaining('drowse image build') })
  })
})

describe('a machine’s folder', () => {
  it('is taken when it is new or of the same kind', () => {
    expect(() => checkKind(processMachines(), join(root, 'site'))).not.toThrow()
    mkdirSync(join(root, 'site'))
    writeFileSync(join(root, 'site', 'site.db'), '')
    expect(() => checkKind(processMachines(), join(root, 'site'))).not.toThrow()
  })

  it.each(['data.ext4', 'xen.json'])(
    'is refused when another driver keeps the data in it, which would not be seen: %s',
    (name) => {
      mkdirSync(join(root, 'site'))
      writeFileSync(join(root, 'site', name), '')
      const fault = expect.objectContaining({ code: 'config-invalid', message: expect.stringContaining(name) })
      expect(() => checkKind(processMachines(), join(root, 'site'))).toThrow(fault)
    },
  )
})
