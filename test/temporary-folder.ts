import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Gives a run of tests a folder of its own for what is temporary, and deletes it at the end. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'drowse-tests-'))
  process.env.TMPDIR = folder
  return () => rmSync(folder, { recursive: true, force: true })
}
