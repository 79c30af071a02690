import { sourceReader } from '../content/read-entry.ts'
import { typeOfPath } from '../content/sources.ts'
import type { BodyCache, ReadingSettings, SourceFile } from '../content/types.ts'
import { ENTRY_TYPES } from '../features/registry.ts'
import { type KeptBody, keptBody } from '../model/content-cache.ts'

/** Files for a thread to read. */
export interface SourcesToRead {
  readonly files: readonly SourceFile[]
  readonly settings: ReadingSettings
}

/** Their entries, and the bodies and the code that were made of them. */
export interface SourcesRead {
  /** Each a ReadResult as JSON: all of a site's are kept until the last is there, and so they take a third of the memory. */
  readonly readings: readonly (readonly [path: string, reading: string])[]
  readonly bodies: readonly KeptBody[]
  readonly code: readonly (readonly [hash: string, html: string])[]
}

/** Reads sources for a build. Code is highlighted once. */
export class SourcesReader {
  readonly #code = new Map<string, string>()

  read({ files, settings }: SourcesToRead): SourcesRead {
    const bodies: KeptBody[] = []
    const fresh = new Map<string, string>()
    const cache: BodyCache = {
      get: () => null,
      set: (hash, body) => void bodies.push(keptBody(hash, body)),
      code: {
        get: (hash) => this.#code.get(hash) ?? null,
        set: (hash, html) => {
          this.#code.set(hash, html)
          fresh.set(hash, html)
        },
      },
    }
    const read = sourceReader(cache)
    const readings = files.flatMap((file) => {
      const type = typeOfPath(file.path, ENTRY_TYPES)
      return type === null ? [] : [[file.path, JSON.stringify(read(file, type, settings))] as const]
    })
    return { readings, bodies, code: [...fresh] }
  }
}
