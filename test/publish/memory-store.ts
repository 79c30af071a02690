import { hash } from 'node:crypto'
import type { Store } from '../../src/publish/types.ts'

/** A store that forgets everything with its process, and counts what it gave. */
export function memoryStore() {
  const objects = new Map<string, Uint8Array>()
  const store = {
    name: 'memory',
    capabilities: { createOnly: true, compareAndSwap: false, shared: false },
    gets: 0,
    async put(key, bytes, _info, condition?: 'createOnly') {
      if (condition === 'createOnly' && objects.has(key)) return false
      objects.set(key, bytes)
      return true
    },
    async get(key) {
      store.gets++
      return objects.get(key) ?? null
    },
    holds: async (key, info) => hash('sha256', objects.get(key) ?? '') === info.hash,
    async copy(from, to) {
      const bytes = objects.get(from)
      if (bytes !== undefined) objects.set(to, bytes)
      return bytes !== undefined
    },
    async *list(prefix) {
      for (const key of [...objects.keys()].sort()) if (key.startsWith(prefix)) yield key
    },
    async remove(keys) {
      for (const key of keys) objects.delete(key)
    },
  } satisfies Store & { gets: number }
  return store
}
