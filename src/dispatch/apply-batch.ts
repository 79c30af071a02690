import { DrowseError } from '../errors/drowse-error.ts'
import type { Batch, Journal } from '../journal/types.ts'
import type { FromGuest, GuestLink, Receipt } from '../protocol/types.ts'
import type { PublishedObject } from '../publish/types.ts'
import type { Clock } from './types.ts'

/** What the guest made of a batch. */
export interface AppliedBatch {
  readonly answer: Extract<FromGuest, { type: 'applied' }>
  readonly objects: readonly PublishedObject[]
  /** Of the batch's writes, in their order. */
  readonly receipts: readonly Receipt[]
  /** What of the exchange the guest did not spend working. */
  readonly transferNs: number
}

/** `refused`: the guest is well and says that it could not apply the batch. */
export type ApplyOutcome =
  | { readonly type: 'applied'; readonly applied: AppliedBatch }
  | { readonly type: 'refused'; readonly error: DrowseError }

/** Sends a batch with its bytes and gathers the answer. Throws when the guest is gone or its answer is not one to this batch. */
export async function applyBatch(
  link: GuestLink,
  journal: Pick<Journal, 'blob'>,
  batch: Batch,
  clock: Clock,
  deadline: AbortSignal,
): Promise<ApplyOutcome> {
  const startedNs = clock.monotonicNs()
  const objects: PublishedObject[] = []
  for await (const { message, body } of link.exchange(
    { type: 'apply', batch: batch.id, writes: batch.writes },
    blobsOf(batch, journal),
    deadline,
  )) {
    switch (message.type) {
      case 'object':
        objects.push({ info: message.object, bytes: body })
        break
      case 'applied': {
        const { applyNs, renderNs, commitNs } = message.times
        const transferNs = Number(clock.monotonicNs() - startedNs) - applyNs - renderNs - commitNs
        return {
          type: 'applied',
          applied: { answer: message, objects, receipts: receiptsOf(batch, message.receipts), transferNs },
        }
      }
      case 'failed':
        return { type: 'refused', error: new DrowseError(message.code, message.message, { hint: message.hint }) }
      case 'awake':
      case 'acknowledged':
        throw new DrowseError('guest-refused', `The guest answered a batch with “${message.type}”.`)
    }
  }
  throw new DrowseError('machine-failed', 'The guest’s answer ended before its end.')
}

function* blobsOf(batch: Batch, journal: Pick<Journal, 'blob'>): Generator<readonly [string, Uint8Array]> {
  const hashes = new Set(batch.writes.flatMap((write) => write.blobs))
  for (const hash of hashes) yield [hash, journal.blob(hash)]
}

function receiptsOf(batch: Batch, receipts: readonly Receipt[]): readonly Receipt[] {
  const byWrite = new Map(receipts.map((receipt) => [receipt.write, receipt]))
  return batch.writes.map((write) => {
    const receipt = byWrite.get(write.id)
    if (receipt !== undefined) return receipt
    throw new DrowseError('guest-refused', `The guest answered a batch without a receipt for the write ${write.id}.`)
  })
}
