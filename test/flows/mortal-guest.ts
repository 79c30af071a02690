/** The real guest, which stands still for ever at the step that the file `stand-still-at` in its data folder names, and says so in `stands-at`. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { engineName } from '../../src/build/engine.ts'
import { FEATURES } from '../../src/features/registry.ts'
import { WRITES } from '../../src/features/writes.ts'
import { createGuest } from '../../src/guest/guest.ts'
import { serve } from '../../src/protocol/serve.ts'

const [dataDir = ''] = process.argv.slice(2)
const guest = createGuest({
  dataDir,
  features: FEATURES,
  writes: WRITES,
  engine: engineName(join(import.meta.dirname, '..', '..', 'src')),
})
let order = ''
let steps = 0

await serve(process.stdin, process.stdout, async (request, blobs, send) => {
  // Only here, because a guest may have been stopped before its last step of the run before.
  if (request.type === 'wake') {
    order = orderNow()
    steps = 0
  }
  step(`${request.type} has come`)
  await guest(request, blobs, async (message, body) => {
    step(`${request.type}: before ${message.type} is sent`)
    await send(message, body)
  })
  step(`${request.type} is answered`)
})

function step(name: string): void {
  if (order === '' || steps++ !== Number(order)) return
  writeFileSync(join(dataDir, 'stands-at.new'), name)
  renameSync(join(dataDir, 'stands-at.new'), join(dataDir, 'stands-at'))
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}

/** How many steps to go on for; empty when nothing is asked. */
function orderNow(): string {
  try {
    return readFileSync(join(dataDir, 'stand-still-at'), 'utf8')
  } catch {
    return ''
  }
}
