import { join } from 'node:path'
import { engineName } from '../build/engine.ts'
import { DrowseError } from '../errors/drowse-error.ts'
import { FEATURES } from '../features/registry.ts'
import { WRITES } from '../features/writes.ts'
import { type Handler, serve } from '../protocol/serve.ts'
import { createGuest } from './guest.ts'

// The native Markdown parser is loaded by now; from here on nothing else may be. Not every version of Node can take a permission back.
process.permission?.drop?.('addon')

/** In an image's bundle, where there are no sources to tell the engine by. */
declare const DROWSE_ENGINE: string | undefined

const [dataDir] = process.argv.slice(2)
if (dataDir === undefined) throw new Error('The guest needs its data folder as its only argument.')
void serve(process.stdin, process.stdout, openGuest(dataDir))

/** What keeps it from starting is its last words, which the gateway repeats: they are a sentence, not a trace. */
function openGuest(folder: string): Handler {
  try {
    const engine = typeof DROWSE_ENGINE === 'string' ? DROWSE_ENGINE : engineName(join(import.meta.dirname, '..'))
    return createGuest({ dataDir: folder, features: FEATURES, writes: WRITES, engine })
  } catch (error) {
    if (!(error instanceof DrowseError)) throw error
    process.stderr.write(`${error.message} ${error.hint ?? ''}\n`)
    process.exit(1)
  }
}
