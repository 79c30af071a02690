import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkEqualToFull, commentsIn, histories, play } from './incremental-history.ts'

/** `DROWSE_RUNS` and `DROWSE_SEED` search longer or elsewhere. */
const runs = Number(process.env.DROWSE_RUNS ?? 200)
const seed = process.env.DROWSE_SEED === undefined ? {} : { seed: Number(process.env.DROWSE_SEED) }

test('what a guest published after any history is what a build from nothing publishes, byte for byte', {
  timeout: 3_600_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(histories, async (history) => {
      const playing = await play(history)
      await checkEqualToFull(playing)
      expect(commentsIn(playing.guest.dataDir).map(({ number }) => number)).toEqual(
        commentsIn(playing.guest.dataDir).map((_, index) => index + 1),
      )
    }),
    { numRuns: runs, ...seed },
  )
})
