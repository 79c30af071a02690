import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { removeAfterwards } from './leftovers.ts'

/** Makes a folder that is to go with it, prints its name, and stays until it is killed. */
const dir = mkdtempSync(join(tmpdir(), 'drowse-leaving-'))
removeAfterwards(dir)
console.log(dir)
setInterval(() => undefined, 60_000)
