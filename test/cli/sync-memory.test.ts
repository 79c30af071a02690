import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Snapshot } from '../../src/build/snapshot.ts'
import { SITE } from '../../src/cli/paths.ts'
import { recallSyncs, type SyncMemory } from '../../src/cli/sync-memory.ts'
import { sqliteJournal } from '../../src/journal/sqlite.ts'
import { newWriteId } from '../../src/journal/write-id.ts'
import type { Receipt } from '../../src/protocol/types.ts'

function openJournal() {
  const path = join(mkdtempSync(join(tmpdir(), 'drowse-memory-')), 'journal.db')
  const journal = sqliteJournal({ path, now: Date.now, newId: newWriteId })
  onTestFinished(() => journal.close())
  return journal
}

const snapshot = (number: number, files: Snapshot['files']): Snapshot => ({
  number,
  engine: 'engine',
  theme: 'theme',
  parser: 'satteri',
  rules: '',
  extension: '',
  files,
  places: Object.fromEntries(
    Object.entries(files).map(([path, hash]) => [path, { id: `post/${path}${hash}`, path: `/${path}/` }]),
  ),
})

type Journal = ReturnType<typeof openJournal>

async function send(journal: Journal, memory: SyncMemory, after: Snapshot): Promise<string> {
  const state = memory.accepting(after)
  const { entry } = await journal.accept({
    site: SITE,
    kind: 'site.sync',
    actor: { role: 'owner' },
    payload: { number: after.number },
    key: null,
    state,
  })
  return entry.write.id
}

function settle(journal: Journal, write: string, status: 'applied' | 'rejected'): void {
  const batch = { id: 'batch', site: SITE, writes: (journal.claim(SITE, 10)?.writes ?? []).filter(({ id }) => id === write) }
  const receipt: Receipt =
    status === 'applied' ? { write, status } : { write, status, code: 'content-invalid', message: 'It has faults.' }
  journal.applied(batch, [receipt])
  journal.published(batch)
}

test('A sync counts from the commit that accepts it, though nobody has kept its id yet', async () => {
  const journal = openJournal()
  const after = snapshot(1, { a: '1' })
  const write = await send(journal, recallSyncs(journal), after)
  expect(recallSyncs(journal).expected).toEqual(after)

  settle(journal, write, 'rejected')

  expect(recallSyncs(journal).expected).toBeNull()
})

test('A sync that was rejected is taken out of those that were accepted after it', async () => {
  const journal = openJournal()
  const memory = recallSyncs(journal)
  const first = await send(journal, memory, snapshot(1, { a: '1', b: '1' }))
  memory.accepted(first)
  settle(journal, first, 'applied')
  const again = recallSyncs(journal)
  const second = await send(journal, again, snapshot(2, { a: '2', c: '2' }))
  again.accepted(second)
  const last = recallSyncs(journal)
  last.accepted(await send(journal, last, snapshot(3, { a: '2', c: '2', d: '3' })))
  expect(recallSyncs(journal).expected?.files).toEqual({ a: '2', c: '2', d: '3' })

  settle(journal, second, 'rejected')

  expect(recallSyncs(journal).expected).toEqual(snapshot(3, { a: '1', b: '1', d: '3' }))
})

test('The outcome of a sync outlives its write', async () => {
  const journal = openJournal()
  const memory = recallSyncs(journal)
  const write = await send(journal, memory, snapshot(1, { a: '1' }))
  memory.accepted(write)
  settle(journal, write, 'rejected')
  recallSyncs(journal)

  expect(journal.prune('9999-01-01T00:00:00.000Z')).toBe(1)

  expect(recallSyncs(journal).expected).toBeNull()
})
