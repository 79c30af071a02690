import { join } from 'node:path'
import { engineName } from '../build/engine.ts'
import { FEATURES } from '../features/registry.ts'
import { serve } from '../protocol/serve.ts'
import { createGuest } from './guest.ts'

// The native Markdown parser is loaded by now; from here on nothing else may be. Not every version of Node can take a permission back.
process.permission?.drop?.('addon')

const [dataDir] = process.argv.slice(2)
if (dataDir === undefined) throw new Error('The guest needs its data folder as its only argument.')
await serve(
  process.stdin,
  process.stdout,
  createGuest({ dataDir, features: FEATURES, engine: engineName(join(import.meta.dirname, '..')) }),
)
