// Accepts writes as fast as it can and prints the text of each one as soon as it was acknowledged, until it is killed.

import { sqliteJournal } from '../../src/journal/sqlite.ts'
import { newWriteId } from '../../src/journal/write-id.ts'

const [path = '', name = ''] = process.argv.slice(2)
const journal = sqliteJournal({ path, now: Date.now, newId: newWriteId })

async function acceptForEver(lane: number): Promise<never> {
  for (let n = 0; ; n++) {
    const text = `${name}-${lane}-${n}`
    await journal.accept({ site: 'blog', kind: 'comment.create', actor: { role: 'visitor' }, payload: { text }, key: text })
    process.stdout.write(`${text}\n`)
  }
}

await Promise.all(Array.from({ length: 8 }, (_, lane) => acceptForEver(lane)))
