import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DrowseError } from '../../src/errors/drowse-error.ts'
import { newFolder } from '../guest/running-guest.ts'
import { afterChanges, anyEdit, changesOf, FIRST_FOLDER, type FileChanges, TIMES } from './incremental-edits.ts'
import { buildSite, filesIn, siteFolder, writeFiles } from './site-folder.ts'

/** Unlike a guest, a build takes files with faults and leaves out what has one; so here they come and go. */
const fault: fc.Arbitrary<FileChanges> = fc.record({
  'content/posts/b.md': fc.constantFrom(
    'No title',
    '---\ntitle: Two\ndate: 2024-01-02\nslug: a\ntag: red\n---\nWords.',
    '---\ntitle: [\n---\n',
  ),
})
const round = fc.record({
  edits: fc.array(anyEdit, { minLength: 1, maxLength: 4 }),
  fault: fc.option(fault, { freq: 3 }),
  now: fc.constantFrom(...TIMES),
  drafts: fc.constantFrom(false, false, true),
  engine: fc.constantFrom('engine-1', 'engine-1', 'engine-1', 'engine-2'),
})

/** What a build comes to: its files and problems, or the error that it stops with. */
async function outcome(siteDir: string, outDir: string, options: Parameters<typeof buildSite>[2]): Promise<unknown> {
  try {
    const { pages, problems, nextDue } = await buildSite(siteDir, outDir, options)
    return { pages, nextDue, problems: problems.map((problem) => JSON.stringify(problem)).sort(), files: filesIn(outDir) }
  } catch (error) {
    if (error instanceof DrowseError && error.code === 'page-conflict') return error.code
    throw error
  }
}

test('a build with a cache writes what a build without one writes, whatever was changed between, faults too', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 6, size: 'max' }), async (rounds) => {
      const siteDir = siteFolder(Object.fromEntries(FIRST_FOLDER))
      const outDir = newFolder('out')
      let folder = FIRST_FOLDER
      for (const { edits, fault: faults, engine, now, drafts } of rounds) {
        const changes: Record<string, string | null> = {}
        for (const edit of edits) Object.assign(changes, changesOf(edit, afterChanges(folder, changes)))
        folder = afterChanges(folder, changes)
        // A faulty file hides the good one until it is edited again.
        writeFiles(siteDir, { ...changes, ...faults })
        const cached = await outcome(siteDir, outDir, { cacheFile: join(siteDir, '.drowse/build.db'), engine, now, drafts })
        const fresh = await outcome(siteDir, newFolder('fresh'), { now, drafts })
        expect(cached).toEqual(fresh)
      }
    }),
    {
      numRuns: Number(process.env.DROWSE_RUNS ?? 20),
      ...(process.env.DROWSE_SEED === undefined ? {} : { seed: Number(process.env.DROWSE_SEED) }),
    },
  )
}, 3_600_000)
