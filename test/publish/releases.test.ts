import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { releaseContract } from '../contract/releases.ts'

const root = mkdtempSync(join(tmpdir(), 'drowse-release-stores-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let stores = 0

releaseContract('directory', () => ({ type: 'directory', path: join(root, String(stores++)) }))
