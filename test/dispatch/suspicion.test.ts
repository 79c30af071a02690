import { describe, expect, it } from 'vitest'
import { createSuspicion } from '../../src/dispatch/suspicion.ts'
import type { Batch } from '../../src/journal/types.ts'

function batch(...ids: readonly string[]): Batch {
  const writes = ids.map((id) => ({
    id,
    kind: 'k',
    actor: { role: 'visitor' } as const,
    payload: null,
    acceptedAt: '',
    blobs: [],
  }))
  return { id: ids.join(), site: 'blog', writes }
}

describe('suspicion', () => {
  it('takes a batch apart that failed often enough, and blames the write that fails alone', () => {
    const suspicion = createSuspicion(3)
    for (let n = 0; n < 3; n++) {
      expect(suspicion.limit(500)).toBe(500)
      expect(suspicion.failed(batch('a', 'b', 'c'))).toBeNull()
    }
    expect(suspicion.limit(500)).toBe(1)
    suspicion.passed(batch('a'))
    expect(suspicion.failed(batch('b'))).toBeNull()
    expect(suspicion.failed(batch('b'))).toBe('b')
    suspicion.passed(batch('b'))
    suspicion.passed(batch('c'))
    expect(suspicion.limit(500)).toBe(500)
  })

  it('forgets failures once a batch has passed', () => {
    const suspicion = createSuspicion(2)
    suspicion.failed(batch('a'))
    suspicion.passed(batch('a'))
    expect(suspicion.failed(batch('b'))).toBeNull()
  })

  it('never blames a batch without writes', () => {
    const suspicion = createSuspicion(1)
    expect(suspicion.failed(batch())).toBeNull()
  })
})
