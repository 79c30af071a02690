import * as v from 'valibot'

/** What the machine has of a folder (the `number` counts syncs), so that the next sync is only the difference. */
export const snapshotSchema = v.object({
  number: v.number(),
  engine: v.string(),
  theme: v.string(),
  parser: v.string(),
  /** The other settings that decide how files are read, as text. */
  rules: v.optional(v.string(), ''),
  /** SHA-256 of the site.ts, '' for none. */
  extension: v.optional(v.string(), ''),
  /** By path: the file's SHA-256, and behind a picture's that of what it came to. */
  files: v.record(v.string(), v.string()),
  /** What a Markdown file became, by its path: its entry's id and where that is published. */
  places: v.record(v.string(), v.object({ id: v.string(), path: v.string() })),
})

export type Snapshot = v.InferOutput<typeof snapshotSchema>

/** One sync: what the machine was thought to have when it was sent, and what it has once it is applied. */
export interface Step {
  readonly before: Snapshot | null
  readonly after: Snapshot
}

/** What the machine has after a sync, if it had `machine`, which differs from the sync's `before` where one between them was rejected. */
export function afterStep(machine: Snapshot | null, { before, after }: Step): Snapshot {
  if (machine === null || before === null) return after
  const changed = Object.entries(after.files).filter(([path, hash]) => before.files[path] !== hash)
  const kept = Object.entries(machine.files).filter(([path]) => path in after.files || !(path in before.files))
  const files = Object.fromEntries([...kept, ...changed])
  const places = Object.keys(files).flatMap((path) => {
    const place = (files[path] === after.files[path] ? after : machine).places[path]
    return place === undefined ? [] : [[path, place] as const]
  })
  return {
    number: after.number,
    engine: after.engine,
    parser: after.files['site.yaml'] === before.files['site.yaml'] ? machine.parser : after.parser,
    rules: after.files['site.yaml'] === before.files['site.yaml'] ? machine.rules : after.rules,
    theme: after.theme === before.theme ? machine.theme : after.theme,
    extension: after.extension === before.extension ? machine.extension : after.extension,
    files,
    places: Object.fromEntries(places),
  }
}
