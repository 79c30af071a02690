import * as v from 'valibot'
import { afterStep, type Snapshot, snapshotSchema } from '../build/snapshot.ts'
import type { Journal } from '../journal/types.ts'
import { SITE } from './paths.ts'

const KEY = 'folder-snapshot'

const memorySchema = v.object({
  /** What the machine has of the folder, but for the syncs below. */
  machine: v.nullable(snapshotSchema),
  /** Syncs whose outcome is not known yet, in the order accepted. `write` is null until its id is kept too. */
  sent: v.array(v.object({ write: v.nullable(v.string()), before: v.nullable(snapshotSchema), after: snapshotSchema })),
})

type Memory = v.InferOutput<typeof memorySchema>

/** What is kept of the syncs that were sent. Without it a folder can't be told from what the machine has. */
export interface SyncMemory {
  /** What the machine has once all is applied that was accepted: a sync counts unless it was rejected. */
  readonly expected: Snapshot | null
  /** To be kept in the commit that accepts a sync after which the machine has `after`. */
  accepting(after: Snapshot): { readonly key: string; readonly value: string }
  /** Notes the id of the sync that was just accepted. */
  accepted(write: string): void
}

/** Reads the memory and forgets the syncs whose outcome is known by now. To be called before the journal is pruned of their writes. */
export function recallSyncs(journal: Pick<Journal, 'state' | 'find' | 'claim'>): SyncMemory {
  const kept = journal.state.get(KEY)
  const known = withIds(parse(kept), journal)
  let memory = settled(known, journal)
  if (kept !== null && JSON.stringify(memory) !== kept) keep()
  let expected = memory.machine
  for (const step of memory.sent) expected = afterStep(expected, step)

  function keep(): void {
    journal.state.set(KEY, JSON.stringify(memory))
  }

  return {
    expected,
    accepting(after) {
      const next: Memory = { ...memory, sent: [...memory.sent, { write: null, before: expected, after }] }
      return { key: KEY, value: JSON.stringify(next) }
    },
    accepted(write) {
      memory = withId(parse(journal.state.get(KEY)), write)
      keep()
    },
  }
}

function parse(text: string | null): Memory {
  const parsed = text === null ? null : v.safeParse(memorySchema, JSON.parse(text))
  return parsed?.success ? parsed.output : { machine: null, sent: [] }
}

/** A gateway that was killed right after it accepted a sync has not kept its id: then nobody can have applied it, so it is the newest open one. */
function withIds(memory: Memory, journal: Pick<Journal, 'claim'>): Memory {
  if (memory.sent.at(-1)?.write !== null) return memory
  const open = journal.claim(SITE, 1_000_000)?.writes ?? []
  const write = open.findLast(({ kind }) => kind === 'site.sync')?.id
  const isKnown = memory.sent.some((sync) => sync.write === write)
  return write === undefined || isKnown ? memory : withId(memory, write)
}

function withId(memory: Memory, write: string): Memory {
  return { ...memory, sent: memory.sent.map((sync) => ({ ...sync, write: sync.write ?? write })) }
}

/** Takes the oldest syncs out whose outcome is known, and what came of them into `machine`. */
function settled({ machine, sent }: Memory, journal: Pick<Journal, 'find'>): Memory {
  const [oldest, ...later] = sent
  if (oldest === undefined) return { machine, sent }
  const entry = oldest.write === null ? null : journal.find(SITE, oldest.write)
  if (entry?.receipt?.status === 'rejected') return settled({ machine, sent: later }, journal)
  if (entry?.state === 'accepted') return { machine, sent }
  return settled({ machine: afterStep(machine, oldest), sent: later }, journal)
}
