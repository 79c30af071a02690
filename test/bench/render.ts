import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { picturesDir } from '../../src/build/pictures.ts'
import { prepareSync } from '../../src/build/prepare-sync.ts'
import { scanFolder } from '../../src/build/scan-folder.ts'
import { ENTRY_TYPES, FEATURES } from '../../src/features/registry.ts'
import { WRITES } from '../../src/features/writes.ts'
import { createGuest } from '../../src/guest/guest.ts'
import type { Handler } from '../../src/protocol/serve.ts'
import type { FromGuest, Write } from '../../src/protocol/types.ts'
import { compileTheme } from '../../src/render/theme/compile.ts'
import { writeCorpus } from './corpus.ts'
import { bar, median, percentile, table } from './report.ts'

const COMMENTS = 200
const ENGINE = 'bench'

type Applied = Extract<FromGuest, { type: 'applied' }>

/** What a comment costs inside the guest: applying it, rendering its page, committing; on posts that have few comments, in sites of two sizes. */
export async function benchRender(): Promise<string> {
  const rows: (string | number)[][] = []
  const medians: number[] = []
  for (const posts of [100, 1_000]) {
    const times = await commentTimes(posts)
    for (const phase of ['applyNs', 'renderNs', 'commitNs'] as const) {
      const ms = times.map((time) => time[phase] / 1e6)
      rows.push([`${posts} posts, ${phase.slice(0, -2)}`, median(ms), percentile(ms, 0.95), percentile(ms, 0.99)])
      if (phase === 'renderNs') medians.push(median(ms))
    }
  }
  return [
    `A comment in the guest, ms (${COMMENTS} each)`,
    table(['', 'p50', 'p95', 'p99'], rows),
    bar('render p50, ms', Math.max(...medians), 2),
    `ratio of render p50, 1,000 : 100 posts = ${((medians[1] ?? Number.NaN) / (medians[0] ?? Number.NaN)).toFixed(2)}`,
  ].join('\n')
}

async function commentTimes(posts: number): Promise<readonly Applied['times'][]> {
  const dir = mkdtempSync(join(tmpdir(), 'drowse-bench-'))
  try {
    const site = join(dir, 'site')
    writeCorpus(site, posts)
    const guest = createGuest({ dataDir: dir, features: FEATURES, writes: WRITES, engine: ENGINE })
    await sync(guest, site)
    const times: Applied['times'][] = []
    for (let number = 0; number < COMMENTS; number++) {
      const page = `/posts/post-${1 + ((number * 7) % posts)}/`
      const payload = { page, parent: null, name: 'Ann', email: '', text: `A *comment*, number ${number}.` }
      const applied = await apply(guest, { ...write(`c${number}`, 'comment.create'), payload }, new Map())
      if (applied.rendered !== 1) throw new Error(`A comment rendered ${applied.rendered} pages.`)
      times.push(applied.times)
      await guest({ type: 'acknowledge', outbox: applied.outbox }, new Map(), async () => {})
    }
    return times
  } finally {
    rmSync(dir, { recursive: true })
  }
}

async function sync(guest: Handler, site: string): Promise<void> {
  const scan = await scanFolder(site, ENTRY_TYPES)
  const theme = await compileTheme({ themesDirs: [join(import.meta.dirname, '..', '..', 'themes')], name: 'default' })
  const prepared = await prepareSync(scan, theme, {
    last: null,
    engine: ENGINE,
    types: ENTRY_TYPES,
    picturesDir: picturesDir(site),
  })
  if (prepared.write === null) throw new Error('A new site has something to sync.')
  const { payload, blobs } = prepared.write
  const applied = await apply(guest, { ...write('sync', 'site.sync'), payload, blobs: [...blobs.keys()] }, blobs)
  if (applied.receipts[0]?.status !== 'applied') throw new Error(JSON.stringify(applied.receipts))
  await guest({ type: 'acknowledge', outbox: applied.outbox }, new Map(), async () => {})
}

function write(id: string, kind: string): Omit<Write, 'payload'> {
  return { id, kind, actor: { role: 'owner' }, acceptedAt: '2026-01-01T00:00:00.000Z', blobs: [] }
}

async function apply(guest: Handler, one: Write, blobs: ReadonlyMap<string, Uint8Array>): Promise<Applied> {
  let answer: Applied | null = null
  await guest({ type: 'apply', batch: one.id, writes: [one] }, blobs, async (message) => {
    if (message.type === 'applied') answer = message
  })
  if (answer === null) throw new Error('The guest did not answer.')
  return answer
}
