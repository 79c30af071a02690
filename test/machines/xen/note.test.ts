import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newNote, readNote, writeNote } from '../../../src/machines/drivers/xen/note.ts'

let dataDir: string

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'drowse-note-'))
})
afterEach(() => rmSync(dataDir, { recursive: true }))

describe('the note of a domain', () => {
  it('is read as it was written', async () => {
    const note = newNote('root@one')
    await writeNote(dataDir, note)
    expect(await readNote(dataDir, 'root@one')).toEqual(note)
  })

  it('is not there before it was written', async () => {
    expect(await readNote(dataDir, 'root@one')).toBe(null)
  })

  it('names another domain each time', () => {
    const names = Array.from({ length: 100 }, () => newNote('root@one').domain)
    expect(new Set(names).size).toBe(100)
    expect(names.every((name) => /^drowse-[a-z0-9]{12}$/.test(name))).toBe(true)
  })

  it('is refused on another host, where the site would seem to be empty', async () => {
    await writeNote(dataDir, newNote('root@one'))
    await expect(readNote(dataDir, 'root@two')).rejects.toMatchObject({
      code: 'config-invalid',
      message: expect.stringMatching(/root@one.*root@two/),
    })
  })
})
