import type { Purge } from './types.ts'

/** For a site without a cache in front of it, or one whose copies may live out their time. */
export function noPurge() {
  return { name: 'none', purge: async () => undefined } satisfies Purge
}
