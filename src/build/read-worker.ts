import { parentPort } from 'node:worker_threads'
import { sourceReader } from '../content/read-entry.ts'
import { typeOfPath } from '../content/sources.ts'
import type { BodyCache } from '../content/types.ts'
import { ENTRY_TYPES } from '../features/registry.ts'
import type { ReadAhead, SourcesToRead } from './read-ahead.ts'

// A thread that reads sources: it is sent some, and answers with their entries and with the bodies and the code it made, as the cache keeps them.
const code = new Map<string, string>()

parentPort?.on('message', ({ files, settings }: SourcesToRead) => {
  const bodies = new Map<string, string>()
  const known = new Set(code.keys())
  const cache: BodyCache = {
    get: () => null,
    set: (hash, body) => void bodies.set(hash, JSON.stringify(body)),
    code: { get: (hash) => code.get(hash) ?? null, set: (hash, html) => void code.set(hash, html) },
  }
  const read = sourceReader(cache)
  const readings = files.flatMap((file) => {
    const type = typeOfPath(file.path, ENTRY_TYPES)
    return type === null ? [] : [[file.path, read(file, type, settings)] as const]
  })
  const answer: ReadAhead = { readings, bodies: [...bodies], code: [...code].filter(([hash]) => !known.has(hash)) }
  parentPort?.postMessage(answer)
})
