import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { publishVerbs } from '../contract/publish-verbs.ts'

const root = mkdtempSync(join(tmpdir(), 'drowse-verbs-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let stores = 0

publishVerbs('directory', () => ({ type: 'directory', path: join(root, String(stores++)) }))
