import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { sqliteJournal } from '../../src/journal/sqlite.ts'
import { newWriteId } from '../../src/journal/write-id.ts'
import { median, table } from './report.ts'

const ROUNDS = 7
const CONNECTIONS = 64
const WRITES = 6_400

/** Accepted writes a second with 64 callers that each wait for their own, against a bare loop of commits: the floor of one fsync a write. */
export async function benchJournal(): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'drowse-bench-'))
  try {
    const accepts: number[] = []
    const commits: number[] = []
    const journal = sqliteJournal({ path: join(dir, 'journal.db'), now: Date.now, newId: newWriteId })
    const bare = new DatabaseSync(join(dir, 'bare.db'))
    bare.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE writes (id INTEGER PRIMARY KEY, payload TEXT)')
    for (let round = 0; round < ROUNDS; round++) {
      commits.push(bareCommits(bare))
      accepts.push(await acceptedPerSecond(journal, round))
    }
    journal.close()
    bare.close()
    const ratios = accepts.map((value, index) => value / (commits[index] ?? Number.NaN))
    return [
      `Accepted writes per second, ${CONNECTIONS} callers (median of ${ROUNDS} pairs)`,
      table(
        ['', 'per second'],
        [
          ['journal.accept', median(accepts)],
          ['bare node:sqlite commits', median(commits)],
        ],
      ),
      `ratio journal : bare commit loop = ${median(ratios).toFixed(2)}`,
    ].join('\n')
  } finally {
    rmSync(dir, { recursive: true })
  }
}

function payloadOf(number: number) {
  return { page: '/posts/hello/', parent: null, name: 'Ann', email: '', text: `Comment ${number}. ${'x'.repeat(200)}` }
}

function bareCommits(bare: DatabaseSync): number {
  const insert = bare.prepare('INSERT INTO writes (payload) VALUES (?)')
  const startedAt = performance.now()
  const count = WRITES / 4
  for (let number = 0; number < count; number++) insert.run(JSON.stringify(payloadOf(number)))
  return (count / (performance.now() - startedAt)) * 1000
}

async function acceptedPerSecond(journal: ReturnType<typeof sqliteJournal>, round: number): Promise<number> {
  const startedAt = performance.now()
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async (_, connection) => {
      for (let number = 0; number < WRITES / CONNECTIONS; number++) {
        const key = `${round}-${connection}-${number}`
        await journal.accept({
          site: 'site',
          kind: 'comment.create',
          actor: { role: 'visitor' },
          payload: payloadOf(number),
          key,
        })
      }
    }),
  )
  return (WRITES / (performance.now() - startedAt)) * 1000
}
