import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as v from 'valibot'
import { DrowseError } from '../../errors/drowse-error.ts'
import type { ProcessTable } from './process-state.ts'

/** The file that lets the next gateway find a guest that outlived this one. */
const NAME = 'guest.pid'

const record = v.object({ pid: v.pipe(v.number(), v.safeInteger(), v.minValue(2)), startedAt: v.string() })

/** Notes which process has `dataDir`. A process that has ended already is not noted. */
export async function noteGuest(dataDir: string, pid: number, table: ProcessTable): Promise<void> {
  const identity = await table.identify(pid)
  if (identity === null) return
  await writeFile(join(dataDir, NAME), JSON.stringify({ pid, startedAt: identity.startedAt }))
}

export async function forgetGuest(dataDir: string): Promise<void> {
  await rm(join(dataDir, NAME), { force: true }).catch((error: unknown) => {
    // Where its folder is none, there is no note either.
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOTDIR')) throw error
  })
}

/**
 * The pid of a living guest that an earlier gateway left on `dataDir`, or null. The guest can write to that folder, so the note is not
 * trusted: the process must have been started when it says, and its command line must end with `mark`, which is the folder if nothing else is said.
 */
export async function findLeftover(dataDir: string, table: ProcessTable, mark = dataDir): Promise<number | null> {
  const note = await readNote(join(dataDir, NAME))
  if (note === null || note.pid === process.pid) return null
  const identity = await table.identify(note.pid)
  if (identity === null || identity.startedAt !== note.startedAt) return null
  // One that is dying has no command line any more, but may still hold its files.
  return identity.command === '' || identity.command.endsWith(` ${mark}`) ? note.pid : null
}

/** Kills a leftover, stopped or not. Returns once none is seen; rejects with `machine-failed` if it still is at the deadline. */
export async function sweepLeftover(dataDir: string, table: ProcessTable, deadline: AbortSignal, mark = dataDir): Promise<void> {
  for (;;) {
    const pid = await findLeftover(dataDir, table, mark)
    if (pid === null) return await forgetGuest(dataDir)
    if (deadline.aborted) {
      throw new DrowseError(
        'machine-failed',
        `Process ${pid}, a guest that an earlier gateway left, could not be ended before the deadline.`,
        {
          hint: `End process ${pid} by hand.`,
        },
      )
    }
    process.kill(pid, 'SIGKILL')
    await sleep(1)
  }
}

async function readNote(path: string): Promise<v.InferOutput<typeof record> | null> {
  try {
    return v.parse(record, JSON.parse(await readFile(path, 'utf8')))
  } catch {
    // Missing or damaged: then nothing can be said about a leftover.
    return null
  }
}
