import * as v from 'valibot'
import { receiptSchema } from '../protocol/schema.ts'
import type { Json } from '../protocol/types.ts'
import type { JournalEntry } from './types.ts'

// What JSON.parse gave is Json by construction.
const json = v.custom<Json>((value) => value !== undefined)
const parsed = v.pipe(
  v.string(),
  v.transform((text): unknown => JSON.parse(text)),
)

const entryRow = v.object({
  id: v.string(),
  kind: v.string(),
  role: v.picklist(['visitor', 'owner']),
  payload: v.pipe(parsed, json),
  fingerprint: v.string(),
  accepted_at: v.string(),
  blobs: v.pipe(parsed, v.array(v.string())),
  state: v.picklist(['accepted', 'applied', 'published', 'parked']),
  receipt: v.nullable(v.pipe(parsed, receiptSchema)),
  parked_because: v.nullable(v.string()),
})

/** One row of `writes` as an entry, with the fingerprint of its payload. */
export function parseEntry(row: unknown): { readonly entry: JournalEntry; readonly fingerprint: string } {
  const { id, kind, role, payload, blobs, ...rest } = v.parse(entryRow, row)
  const write = { id, kind, actor: { role }, payload, acceptedAt: rest.accepted_at, blobs }
  return {
    entry: { write, state: rest.state, receipt: rest.receipt, parkedBecause: rest.parked_because },
    fingerprint: rest.fingerprint,
  }
}

const effectRow = v.object({ id: v.string(), kind: v.string(), payload: v.pipe(parsed, json) })

export function parseEffect(row: unknown): v.InferOutput<typeof effectRow> {
  return v.parse(effectRow, row)
}

/** Reads one column of a row that SQLite's own types promise to be text, number or bytes. */
export function text(row: Readonly<Record<string, unknown>> | undefined, column: string): string | null {
  const value = row?.[column]
  return typeof value === 'string' ? value : null
}

export function number(row: Readonly<Record<string, unknown>> | undefined, column: string): number | null {
  const value = row?.[column]
  return typeof value === 'number' ? value : null
}
