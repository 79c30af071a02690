import { writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { DrowseError } from '../../src/errors/drowse-error.ts'
import { machineFault } from '../../src/guest/machine-fault.ts'

function thrownBy(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error
  }
}

/** Every write to it fails with ENOSPC, full(4). */
const fullDisk = () => thrownBy(() => writeFileSync('/dev/full', 'x'))

describe('machineFault', () => {
  it('blames the disk for a file that could not be written', () => {
    expect(machineFault(fullDisk())).toMatchObject({ code: 'machine-failed', hint: expect.stringContaining('room') })
  })

  it('blames the disk for a theme that could not be written to it', () => {
    const error = new DrowseError('theme-invalid', 'The theme’s module can’t be loaded.', { cause: fullDisk() })
    expect(machineFault(error)).toMatchObject({ code: 'machine-failed' })
  })

  it('blames the disk for a database that is full', () => {
    const database = new DatabaseSync(':memory:')
    database.exec('PRAGMA max_page_count = 2; CREATE TABLE t (a)')
    expect(machineFault(thrownBy(() => database.exec('INSERT INTO t VALUES (zeroblob(10000))')))).toMatchObject({
      code: 'machine-failed',
    })
  })

  it('leaves a write’s own faults alone', () => {
    const database = new DatabaseSync(':memory:')
    const fault = thrownBy(() => database.exec('INSERT INTO nothing VALUES (1)'))
    expect(machineFault(fault)).toBe(fault)
    const broken = new TypeError('undefined is not a function')
    expect(machineFault(broken)).toBe(broken)
  })
})
